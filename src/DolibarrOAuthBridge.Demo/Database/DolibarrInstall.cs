// SPDX-License-Identifier: GPL-3.0-or-later

using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using DolibarrOAuthBridge.Demo.Processes;
using DolibarrOAuthBridge.Demo.Provider;
using DolibarrOAuthBridge.Dolibarr.Configuration;
using DolibarrOAuthBridge.Dolibarr.Database;
using DolibarrOAuthBridge.Dolibarr.Encryption;
using DolibarrOAuthBridge.Dolibarr.Entries;
using DolibarrOAuthBridge.Dolibarr.Php;
using DolibarrOAuthBridge.Dolibarr.Tokens;
using DolibarrOAuthBridge.Storage;

namespace DolibarrOAuthBridge.Demo.Database;

/// <summary>
/// What there is of a Dolibarr for the bridge: a conf.php in a private directory and a database on a scratch server, with
/// means to set constants and tokens as Dolibarr itself would write them. Disposing it removes conf.php, not the database.
/// </summary>
public sealed partial class DolibarrInstall : IAsyncDisposable
{
    private readonly IScratchDatabase _server;
    private readonly ScratchDirectory _directory;
    private readonly DolibarrInstallOptions _options;
    private readonly DolibarrDatabase _database;
    private readonly TokenTable _tokens;

    private DolibarrInstall(IScratchDatabase server, ScratchDirectory directory, DolibarrInstallOptions options)
    {
        _server = server;
        _directory = directory;
        _options = options;
        var keys = new InstanceKeys(null, options.Key, null);
        keys.FollowRelease(options.Release);
        Codec = new TokenCodec(keys);

        // As superuser, whatever the account in conf.php may do.
        _database = new DolibarrDatabase(
            new DolibarrConf
            {
                Path = ConfPath,
                DbType = server.Type,
                DbHost = "127.0.0.1",
                DbPort = server.Port,
                DbName = options.Database,
                DbUser = server.Superuser,
                DbPassword = server.SuperuserPassword,
                DbPrefix = options.Prefix,
                Keys = keys,
            }
        );
        _tokens = new TokenTable(_database);
    }

    /// <summary>The private directory of conf.php.</summary>
    public string DirectoryPath => _directory.Path;

    /// <summary>conf.php.</summary>
    public string ConfPath => Path.Combine(_directory.Path, "conf.php");

    /// <summary>The database.</summary>
    public string Database => _options.Database;

    /// <summary>The account in conf.php.</summary>
    public string User => _options.User;

    /// <summary>The account's password.</summary>
    public string Password => _options.Password!;

    /// <summary>Encodes and decodes values with the instance's key.</summary>
    public TokenCodec Codec { get; }

    /// <summary>Makes database, account and conf.php.</summary>
    public static async Task<DolibarrInstall> CreateAsync(
        IScratchDatabase server,
        DolibarrInstallOptions? options = null,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(server);
        options ??= new DolibarrInstallOptions();
        options = options with { Password = options.Password ?? RandomNumberGenerator.GetHexString(24, lowercase: true) };
        if (options.LoadGolden)
        {
            await server.LoadGoldenAsync(options.Database, options.Prefix, cancellationToken);
        }
        else
        {
            await server.CreateDatabaseAsync(options.Database, cancellationToken);
        }

        await server.CreateUserAsync(options.User, options.Password, options.Grants ?? [], cancellationToken);
        if (options.Grants is null)
        {
            await server.GrantAllAsync(options.Database, options.User, cancellationToken);
        }

        var directory = ScratchDirectory.Create("dolibarr");
        var install = new DolibarrInstall(server, directory, options);
        await install.WriteConfAsync(cancellationToken: cancellationToken);
        return install;
    }

    /// <summary>
    /// Makes the bridge's own tables, as Dolibarr's account, and a database account for the sidecar alone by
    /// <c>sql/grants.sql</c>.
    /// </summary>
    /// <param name="user">The sidecar's account.</param>
    /// <param name="password">Its password.</param>
    /// <param name="cancellationToken">Cancels the statements.</param>
    public async Task AddSidecarAccountAsync(string user, string password, CancellationToken cancellationToken = default)
    {
        using var schema = new BridgeSchema(_database);
        await schema.EnsureAsync(cancellationToken);
        if (_options.Grants is null)
        {
            await _server.GrantAllAsync(Database, User, cancellationToken);
        }

        await _server.CreateUserAsync(user, password, [], cancellationToken);
        var grants = await new DatabasePrivilegeScript(_database).SqlAsync(user, cancellationToken);
        await _server.ExecuteAsync(grants, Database, cancellationToken);
    }

    /// <summary>Writes conf.php again.</summary>
    /// <param name="key">Another key than the one the rows were written with, as after a restore without the old conf.php; null
    /// for the right one.</param>
    /// <param name="cancellationToken">Cancels the writing.</param>
    public async Task WriteConfAsync(string? key = null, CancellationToken cancellationToken = default)
    {
        string[] lines =
        [
            "<?php",
            "//",
            "// File generated by the scratch install of DolibarrOAuthBridge",
            "//",
            Assignment("dolibarr_main_url_root", _options.UrlRoot.AbsoluteUri.TrimEnd('/')),
            Assignment("dolibarr_main_db_host", "127.0.0.1"),
            Assignment("dolibarr_main_db_port", _server.Port.ToString(CultureInfo.InvariantCulture)),
            Assignment("dolibarr_main_db_name", _options.Database),
            Assignment("dolibarr_main_db_prefix", _options.Prefix),
            Assignment("dolibarr_main_db_user", _options.User),
            Assignment("dolibarr_main_db_pass", Password),
            Assignment("dolibarr_main_db_type", _server.Type),
            Assignment("dolibarr_main_db_character_set", _server.Type == "pgsql" ? "utf8" : "utf8mb4"),
            Assignment("dolibarr_main_db_collation", _server.Type == "pgsql" ? "utf8_general_ci" : "utf8mb4_general_ci"),
            Assignment("dolibarr_main_authentication", "dolibarr"),
            Assignment("dolibarr_main_prod", "1"),
            Assignment("dolibarr_main_instance_unique_id", key ?? _options.Key),
            .. _options.MoreConf,
            string.Empty,
        ];
        await File.WriteAllTextAsync(ConfPath, string.Join('\n', lines), new UTF8Encoding(false), cancellationToken);
        File.SetUnixFileMode(ConfPath, UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    /// <summary>Sets a constant as <c>dolibarr_set_const</c> does: what is a secret by its name is encrypted.</summary>
    public async Task SetConstAsync(string name, string value, int entity = 1, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        var stored = SecretName().IsMatch(name) ? Codec.EncryptText(value) : value;
        await ChangeAsync(
            $"""
            DELETE FROM {_database.Table("const")} WHERE name = @name AND entity = @entity;
            INSERT INTO {_database.Table(
                "const"
            )} (name, value, type, visible, note, entity) VALUES (@name, @stored, 'chaine', 0, '', @entity)
            """,
            [("name", name), ("stored", stored), ("entity", entity)],
            cancellationToken
        );
    }

    /// <summary>Removes a constant.</summary>
    public Task DeleteConstAsync(string name, int entity = 1, CancellationToken cancellationToken = default) =>
        ChangeAsync(
            $"DELETE FROM {_database.Table("const")} WHERE name = @name AND entity = @entity",
            [("name", name), ("entity", entity)],
            cancellationToken
        );

    /// <summary>Puts a token into the entry's row, replacing what is there, or adds the row.</summary>
    /// <param name="entry">The entry, such as <c>GOOGLE-Mail</c>.</param>
    /// <param name="token">The token.</param>
    /// <param name="entity">The company.</param>
    /// <param name="form">Encrypted as Dolibarr 22 does unless said otherwise.</param>
    /// <param name="cancellationToken">Cancels the statements.</param>
    public async Task SetTokenAsync(
        string entry,
        StoredToken token,
        int entity = 1,
        StoredForm? form = null,
        CancellationToken cancellationToken = default
    )
    {
        var name = NameOf(entry);
        var value = Codec.Encode(token, form ?? StoredForm.Encrypted());
        var rows = await _tokens.FindAsync(name, entity, cancellationToken);
        if (rows.IsDuplicate)
        {
            throw new InvalidOperationException($"{entry} has several rows.");
        }

        var connection = await _server.ConnectAsync(Database, cancellationToken);
        await using (connection)
        {
            if (rows.OnlyRow is { } row)
            {
                if (!await _tokens.ReplaceAsync(connection, null, row, value, cancellationToken))
                {
                    throw new InvalidOperationException($"The row of {entry} changed meanwhile.");
                }
            }
            else
            {
                await _tokens.InsertAsync(
                    connection,
                    null,
                    name,
                    entity,
                    value,
                    null,
                    TimeProvider.System.GetUtcNow().UtcDateTime,
                    cancellationToken
                );
            }
        }
    }

    /// <summary>Puts what a provider issued into the entry's row as Dolibarr's OAuth library would store it.</summary>
    /// <param name="entry">The entry, such as <c>GOOGLE-Mail</c>.</param>
    /// <param name="tokens">What was issued.</param>
    /// <param name="expiresAt">Another end of the access token, such as one in the past; null for the real one.</param>
    /// <param name="entity">The company.</param>
    /// <param name="cancellationToken">Cancels the statements.</param>
    public Task SetTokenAsync(
        string entry,
        IssuedTokens tokens,
        DateTimeOffset? expiresAt = null,
        int entity = 1,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(tokens);
        var extra = PhpArray.Empty.With("token_type", new PhpString(tokens.TokenType));
        extra = tokens.Scope is { } scope ? extra.With("scope", new PhpString(scope)) : extra;
        extra = tokens.IdToken is { } idToken ? extra.With("id_token", new PhpString(idToken)) : extra;
        var token = new StoredToken(tokens.AccessToken, tokens.RefreshToken, EndOfLife.At(expiresAt ?? tokens.ExpiresAt), extra);
        return SetTokenAsync(entry, token, entity, cancellationToken: cancellationToken);
    }

    /// <summary>The entry's only row as it stands; null if there is none.</summary>
    public async Task<TokenRow?> FindTokenRowAsync(string entry, int entity = 1, CancellationToken cancellationToken = default) =>
        (await _tokens.FindAsync(NameOf(entry), entity, cancellationToken)).OnlyRow;

    /// <summary>The token in the entry's only row.</summary>
    /// <exception cref="TokenUnreadableException">There is none, or it cannot be read.</exception>
    public async Task<StoredToken> ReadTokenAsync(string entry, int entity = 1, CancellationToken cancellationToken = default) =>
        Codec.Decode((await FindTokenRowAsync(entry, entity, cancellationToken))?.Value);

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await _database.DisposeAsync();
        await _directory.DisposeAsync();
    }

    private static EntryName NameOf(string entry) =>
        EntryName.TryParse(entry, out var name) ? name : throw new ArgumentException($"{entry} is no name of an entry.", nameof(entry));

    private static string Assignment(string variable, string value) =>
        $"${variable}='{value.Replace(@"\", @"\\", StringComparison.Ordinal).Replace("'", @"\'", StringComparison.Ordinal)}';";

    private Task<int> ChangeAsync(string sql, (string, object?)[] parameters, CancellationToken cancellationToken) =>
        _database.ExecuteAsync(sql, parameters, cancellationToken);

    // From dolibarr_set_const.
    [GeneratedRegex(
        "(_KEY|_EXPORTKEY|_SECUREKEY|_SERVERKEY|_PASS|_PASSWORD|_PW|_PW_TICKET|_PW_EMAILING|_SECRET|_SECURITY_TOKEN|_WEB_TOKEN)$"
    )]
    private static partial Regex SecretName();
}
