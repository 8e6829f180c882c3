// SPDX-License-Identifier: GPL-3.0-or-later

using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using DolibarrOAuthBridge.Demo.Database;
using DolibarrOAuthBridge.Demo.Processes;
using DolibarrOAuthBridge.Dolibarr.Encryption;
using DolibarrOAuthBridge.Dolibarr.Php;
using DolibarrOAuthBridge.Dolibarr.Tokens;
using DolibarrOAuthBridge.Storage;
using MySqlConnector;

namespace DolibarrOAuthBridge.Demo.Hosting;

/// <summary>
/// A host's machine: many Dolibarrs on one MariaDB, each with a conf.php, a key, a database (or a prefix) and an account of its own, and
/// the configuration of one sidecar for all of them. Tokens in it are valid for a day, so no provider is needed.
/// </summary>
public sealed class DolibarrHost : IAsyncDisposable
{
    private const string Tables = """
        CREATE TABLE llx_const (rowid int AUTO_INCREMENT PRIMARY KEY, name varchar(180) NOT NULL, entity int NOT NULL DEFAULT 1,
          value text NOT NULL, type varchar(64), visible tinyint NOT NULL DEFAULT 1, note text,
          tms timestamp DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP, UNIQUE KEY uk_const (name, entity)) ENGINE=InnoDB;
        CREATE TABLE llx_oauth_token (rowid int AUTO_INCREMENT PRIMARY KEY, service varchar(36), token text, tokenstring text,
          state text, fk_soc int, fk_user int, fk_adherent int, restricted_ips varchar(200), datec datetime DEFAULT NULL,
          tms timestamp DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP, entity int DEFAULT 1) ENGINE=InnoDB;
        """;

    private readonly ScratchMariaDb _server;
    private readonly ScratchDirectory _directory;

    private DolibarrHost(ScratchMariaDb server, ScratchDirectory directory)
    {
        _server = server;
        _directory = directory;
    }

    /// <summary>The sidecar's configuration.</summary>
    public string ConfigPath => Path.Combine(_directory.Path, "bridge.json");

    /// <summary>The directory with a file for each instance.</summary>
    public string InstancesDirectory => Path.Combine(_directory.Path, "instances");

    /// <summary>The sidecar's state directory.</summary>
    public string StateDirectory => Path.Combine(_directory.Path, "state");

    /// <summary>A private directory for sockets.</summary>
    public string SocketDirectory => _directory.Path;

    /// <summary>What opens metrics and state over all instances.</summary>
    public string OperatorKey { get; } = RandomNumberGenerator.GetHexString(64, lowercase: true);

    /// <summary>Makes the directories and the sidecar's configuration.</summary>
    /// <param name="server">The database server.</param>
    /// <param name="settings">More settings below <c>Bridge</c>.</param>
    public static async Task<DolibarrHost> CreateAsync(ScratchMariaDb server, IReadOnlyDictionary<string, string>? settings = null)
    {
        var host = new DolibarrHost(server, ScratchDirectory.Create("hosting"));
        Directory.CreateDirectory(host.InstancesDirectory);
        var key = Path.Combine(host._directory.Path, "operator-key");
        await File.WriteAllTextAsync(key, host.OperatorKey);
        File.SetUnixFileMode(key, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        var bridge = new Dictionary<string, string>(settings ?? new Dictionary<string, string>())
        {
            ["InstancesDirectory"] = host.InstancesDirectory,
            ["OperatorKeyFile"] = key,
            ["StateDirectory"] = host.StateDirectory,
        };
        await File.WriteAllTextAsync(
            host.ConfigPath,
            JsonSerializer.Serialize(new Dictionary<string, Dictionary<string, string>> { ["Bridge"] = bridge })
        );
        return host;
    }

    /// <summary>Makes a Dolibarr with entries and tokens, with a database of its own.</summary>
    /// <param name="name">The instance's name.</param>
    /// <param name="entries">How many entries.</param>
    /// <param name="cancellationToken">Cancels the statements.</param>
    public async Task<HostedDolibarr> AddAsync(string name, int entries = 1, CancellationToken cancellationToken = default)
    {
        var (user, password) = ($"u{Guid.NewGuid():N}"[..16], RandomNumberGenerator.GetHexString(24, lowercase: true));
        var database = $"h_{name.Replace('-', '_')}_{user[1..7]}";
        await _server.CreateDatabaseAsync(database, cancellationToken);
        await _server.CreateUserAsync(user, password, [$"ALL PRIVILEGES ON `{database}`.*"], cancellationToken);
        return await FillAsync(name, database, "llx_", (user, password), entries, cancellationToken);
    }

    /// <summary>Makes a Dolibarr with entries and tokens in a database that it shares with others, by a prefix of its own.</summary>
    public Task<HostedDolibarr> AddByPrefixAsync(
        string name,
        string database,
        string prefix,
        int entries = 1,
        CancellationToken cancellationToken = default
    ) => FillAsync(name, database, prefix, ("root", _server.RootPassword), entries, cancellationToken);

    /// <summary>Tells the sidecar of an instance, from its next SIGHUP on.</summary>
    public Task PublishAsync(HostedDolibarr dolibarr, IReadOnlyDictionary<string, string>? settings = null) =>
        File.WriteAllTextAsync(
            FileOf(dolibarr.Name),
            JsonSerializer.Serialize(
                new Dictionary<string, string>(settings ?? new Dictionary<string, string>()) { ["DolibarrConf"] = dolibarr.ConfPath }
            )
        );

    /// <summary>Tells the sidecar that an instance is no more, from its next SIGHUP on.</summary>
    public void Withdraw(string name) => File.Delete(FileOf(name));

    /// <summary>The file that describes an instance.</summary>
    public string FileOf(string name) => Path.Combine(InstancesDirectory, name + ".json");

    /// <inheritdoc />
    public ValueTask DisposeAsync() => _directory.DisposeAsync();

    private async Task<HostedDolibarr> FillAsync(
        string name,
        string database,
        string prefix,
        (string Name, string Password) user,
        int entries,
        CancellationToken cancellationToken
    )
    {
        var key = RandomNumberGenerator.GetHexString(32, lowercase: true);
        var apiKey = RandomNumberGenerator.GetHexString(64, lowercase: true);
        var token = "at-" + RandomNumberGenerator.GetHexString(16, lowercase: true);
        var keys = new InstanceKeys(null, key, null);
        var confPath = Path.Combine(_directory.Path, name + ".conf.php");
        await File.WriteAllTextAsync(
            confPath,
            $"""
            <?php
            $dolibarr_main_url_root='http://localhost/{name}';
            $dolibarr_main_db_host='127.0.0.1';
            $dolibarr_main_db_port='{_server.Port.ToString(CultureInfo.InvariantCulture)}';
            $dolibarr_main_db_name='{database}';
            $dolibarr_main_db_prefix='{prefix}';
            $dolibarr_main_db_user='{user.Name}';
            $dolibarr_main_db_pass='{user.Password}';
            $dolibarr_main_db_type='mysqli';
            $dolibarr_main_instance_unique_id='{key}';

            """,
            cancellationToken
        );
        await _server.ExecuteAsync(
            Tables.Replace("llx_", prefix, StringComparison.Ordinal)
                + BridgeTables(prefix)
                + Rows(prefix, new TokenCodec(keys), apiKey, token, entries),
            database,
            cancellationToken
        );
        return new HostedDolibarr(name, confPath, database, prefix, user.Name, apiKey, token);
    }

    // What init makes of an empty database, in one script: hundreds of them are made.
    private static string BridgeTables(string prefix) =>
        string.Concat(BridgeSchema.Versions.Keys.Select(table => SqlScripts.Read($"tables/llx_{table}.sql", prefix)))
        + $"INSERT INTO {prefix}oauthbridge_schema (name, version, changed_at) VALUES "
        + string.Join(", ", BridgeSchema.Versions.Select(table => $"('{table.Key}', {table.Value}, UTC_TIMESTAMP())"))
        + ";";

    private static string Rows(string prefix, TokenCodec codec, string apiKey, string token, int entries)
    {
        var (constants, tokens) = (new List<string>(), new List<string>());
        var end = EndOfLife.At(TimeProvider.System.GetUtcNow().AddDays(1));
        Add("OAUTHBRIDGE_API_KEY", codec.EncryptText(apiKey));
        for (var number = 0; number < entries; number++)
        {
            var entry = HostedDolibarr.Entry(number);
            Add($"OAUTH_{entry}_ID", "client");
            Add($"OAUTH_{entry}_SECRET", codec.EncryptText("secret"));
            Add($"OAUTH_{entry}_SCOPE", "https://mail.google.com/");
            var stored = new StoredToken($"{token}-{number}", "rt", end, PhpArray.Empty.With("token_type", new PhpString("Bearer")));
            var value = MySqlHelper.EscapeString(codec.Encode(stored, StoredForm.Encrypted()));
            tokens.Add($"('Google-Mail{number}', '{value}', UTC_TIMESTAMP(), 1)");
        }

        return new StringBuilder()
            .Append(CultureInfo.InvariantCulture, $"INSERT INTO {prefix}const (name, value, type) VALUES {string.Join(", ", constants)};")
            .Append(
                CultureInfo.InvariantCulture,
                $"INSERT INTO {prefix}oauth_token (service, token, datec, entity) VALUES {string.Join(", ", tokens)};"
            )
            .ToString();

        void Add(string name, string value) => constants.Add($"('{name}', '{MySqlHelper.EscapeString(value)}', 'chaine')");
    }
}
