// SPDX-License-Identifier: GPL-3.0-or-later

using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using DolibarrOAuthBridge.Demo.Database;
using DolibarrOAuthBridge.Demo.Processes;

namespace DolibarrOAuthBridge.Acceptance.Support;

/// <summary>
/// A working Dolibarr: a scratch copy of the given one with the module in <c>custom/</c>, its own database, and PHP's web
/// server in front of it. The module is copied too, so that nothing is written into the repository.
/// </summary>
internal sealed class DolibarrSite : IAsyncDisposable
{
    /// <summary>
    /// The key where the release takes it for a list: the part before the first comma encrypts, the other one still decrypts.
    /// The first is short, because OpenSSL takes 32 bytes of a key only.
    /// </summary>
    private const string ListOfKeys = $"FOe:RT>^5cf8rgdRE|DV=2,{DolibarrInstallOptions.GoldenKey}";

    private static readonly TimeSpan StartDeadline = TimeSpan.FromSeconds(60);

    private static readonly string[] Modules = ["modUser", "modSociete", "modAgenda", "modCron", "modOauth", "modEmailCollector"];

    private static readonly string[] Languages = ["en_US", "fr_FR", "es_ES", "de_DE", "it_IT"];

    private readonly ScratchDirectory _directory;
    private readonly Process _php;

    private DolibarrSite(ScratchDirectory directory, DolibarrInstall install, Process php, Uri baseAddress, string adminPassword)
    {
        _directory = directory;
        _php = php;
        Install = install;
        BaseAddress = baseAddress;
        AdminPassword = adminPassword;
    }

    /// <summary>Database and conf.php, with means to write constants and tokens.</summary>
    public DolibarrInstall Install { get; }

    /// <summary><c>$dolibarr_main_instance_unique_id</c>.</summary>
    public static string Key => DolibarrSource.TakesKeyForList ? ListOfKeys : DolibarrInstallOptions.GoldenKey;

    /// <summary>Dolibarr's URL, with a slash at the end.</summary>
    public Uri BaseAddress { get; }

    /// <summary>The password of the user <c>admin</c>.</summary>
    public string AdminPassword { get; }

    /// <summary>The htdocs of the scratch copy.</summary>
    public string Root => Path.Combine(_directory.Path, "htdocs");

    /// <summary>What PHP complained about in the module's own files.</summary>
    public IReadOnlyList<string> ModuleComplaints =>
        File.Exists(PhpLog(_directory.Path))
            ?
            [
                .. File.ReadLines(PhpLog(_directory.Path))
                    .Where(line => line.Contains("/custom/oauthbridge/", StringComparison.Ordinal))
                    .Distinct(),
            ]
            : [];

    /// <summary>What PHP's own function <c>mail</c> was given to send.</summary>
    public string PhpMail =>
        File.Exists(Path.Combine(_directory.Path, "php-mail.log"))
            ? File.ReadAllText(Path.Combine(_directory.Path, "php-mail.log"))
            : string.Empty;

    /// <summary>Lets the next page look for notices: pages do so once a minute.</summary>
    public void ForgetPauses()
    {
        var notes = Path.Combine(_directory.Path, "documents", "oauthbridge");
        if (Directory.Exists(notes))
        {
            Directory.Delete(notes, recursive: true);
        }
    }

    /// <summary>Copies the given Dolibarr, makes its database and starts it.</summary>
    public static async Task<DolibarrSite> StartAsync(IScratchDatabase server, CancellationToken cancellationToken)
    {
        var directory = ScratchDirectory.Create("dolibarr-site");
        try
        {
            var root = Path.Combine(directory.Path, "htdocs");
            var address = new Uri($"http://localhost:{FreePort.Find()}/");
            await CopyAsync(root, cancellationToken);
            var install = await DolibarrInstall.CreateAsync(
                server,
                new DolibarrInstallOptions
                {
                    Database = "dolibarr_site",
                    LoadGolden = false,
                    Key = Key,
                    Release = DolibarrSource.Release,
                    UrlRoot = address,
                    MoreConf = Conf(directory.Path, root),
                },
                cancellationToken
            );
            File.CreateSymbolicLink(Path.Combine(root, "conf", "conf.php"), install.ConfPath);
            if (server is ScratchMariaDb mariaDb)
            {
                await DolibarrTables.CreateAsync(root, mariaDb, install.Database, cancellationToken);
            }
            else
            {
                await RunPhpAsync(directory.Path, "tables.php", [], null, cancellationToken);
            }

            var password = RandomNumberGenerator.GetHexString(16, lowercase: true);
            var site = new DolibarrSite(directory, install, Serve(directory.Path, root, address.Port), address, password);
            var said = await site.RunPhpAsync("prepare.php", [password, .. Modules], cancellationToken: cancellationToken);
            return said.EndsWith("done\n", StringComparison.Ordinal) && await site.AnswersAsync(cancellationToken)
                ? site
                : throw new InvalidOperationException($"Dolibarr does not start: {said} {Tail(PhpLog(directory.Path))}");
        }
        catch
        {
            await directory.DisposeAsync();
            throw;
        }
    }

    /// <summary>Runs one of this project's PHP scripts in the htdocs, as Dolibarr's own command-line scripts run.</summary>
    /// <param name="script">The script.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="authority">The PEM file of an authority whose certificates it accepts.</param>
    /// <param name="cancellationToken">Kills it.</param>
    /// <returns>Its output.</returns>
    public Task<string> RunPhpAsync(
        string script,
        IEnumerable<string> arguments,
        string? authority = null,
        CancellationToken cancellationToken = default
    ) => RunPhpAsync(_directory.Path, script, arguments, authority, cancellationToken);

    private static async Task<string> RunPhpAsync(
        string directory,
        string script,
        IEnumerable<string> arguments,
        string? authority,
        CancellationToken cancellationToken
    )
    {
        string[] command =
        [
            "-C",
            Path.Combine(directory, "htdocs"),
            "php",
            .. Settings(directory),
            "-d",
            $"openssl.cafile={authority}",
            Path.Combine(AppContext.BaseDirectory, "php", script),
            .. arguments,
        ];
        try
        {
            return await Command.RunAsync("env", command, cancellationToken);
        }
        catch (InvalidOperationException exception)
        {
            throw new InvalidOperationException($"{exception.Message}\n{Tail(PhpLog(directory))}", exception);
        }
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        _php.Kill(entireProcessTree: true);
        await _php.WaitForExitAsync();
        _php.Dispose();
        await Install.DisposeAsync();
        await _directory.DisposeAsync();
    }

    private static async Task CopyAsync(string root, CancellationToken cancellationToken)
    {
        // Most of its files are texts in languages that nobody speaks here.
        Directory.CreateDirectory(root);
        var others = Directory
            .GetDirectories(Path.Combine(DolibarrSource.Root!, "langs"))
            .Select(Path.GetFileName)
            .Except(Languages)
            .Select(language => $"--exclude=./langs/{language}");
        await Command.RunAsync(
            "sh",
            [
                "-c",
                "from=$1 to=$2; shift 2; tar -C \"$from\" -cf - \"$@\" . | tar -C \"$to\" -xf - --no-same-owner",
                "sh",
                DolibarrSource.Root!,
                root,
                "--exclude=./documents",
                "--exclude=./custom",
                "--exclude=./conf/conf.php*",
                .. others,
            ],
            cancellationToken
        );
        await Command.RunAsync("chmod", ["-R", "u+rwX", root], cancellationToken);
        var start = Path.Combine(root, "filefunc.inc.php");
        var text = await File.ReadAllTextAsync(start, cancellationToken);
        await File.WriteAllTextAsync( // Debian's package looks in /etc
            start,
            text.Replace("\"/etc/dolibarr/conf.php\"", "\"conf/conf.php\"", StringComparison.Ordinal),
            cancellationToken
        );
        var custom = Directory.CreateDirectory(Path.Combine(root, "custom"));
        await Command.RunAsync(
            "cp",
            [DolibarrSource.LinksModule ? "-rs" : "-r", DolibarrSource.Module, Path.Combine(custom.FullName, "oauthbridge")],
            cancellationToken
        );
        var data = Directory.CreateDirectory(Path.Combine(Path.GetDirectoryName(root)!, "documents"));
        await File.WriteAllTextAsync(Path.Combine(data.FullName, "install.lock"), string.Empty, cancellationToken);
    }

    private static IReadOnlyList<string> Conf(string directory, string root) =>
        [
            $"$dolibarr_main_document_root='{root}';",
            "$dolibarr_main_url_root_alt='/custom';",
            $"$dolibarr_main_document_root_alt='{root}/custom';",
            $"$dolibarr_main_data_root='{directory}/documents';",
            "$dolibarr_nocsrfcheck='0';",
            "$dolibarr_main_authentication='dolibarr,oauthbridge';",
        ];

    private static Process Serve(string directory, string root, int port)
    {
        // Several workers: a page of Dolibarr may wait for the sidecar, which may wait for a page of Dolibarr.
        var log = Path.Combine(directory, "php-server.log");
        string[] command =
        [
            "php",
            .. Settings(directory),
            "-S",
            string.Create(CultureInfo.InvariantCulture, $"localhost:{port}"),
            "-t",
            root,
        ];
        return Command.Start("env", ["PHP_CLI_SERVER_WORKERS=6", "sh", "-c", $"exec \"$@\" >{log} 2>&1", "sh", .. command]);
    }

    private static IEnumerable<string> Settings(string directory)
    {
        Directory.CreateDirectory(Path.Combine(directory, "sessions"));
        var sendmail = Path.Combine(directory, "sendmail.sh");
        if (!File.Exists(sendmail))
        {
            File.WriteAllText(sendmail, $"#!/bin/sh\ncat >>{Path.Combine(directory, "php-mail.log")}\n");
            File.SetUnixFileMode(sendmail, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        }

        string[] settings =
        [
            "error_reporting=-1",
            "log_errors=1",
            "display_errors=0",
            $"error_log={PhpLog(directory)}",
            $"session.save_path={directory}/sessions",
            "date.timezone=UTC",
            "memory_limit=512M",
            $"sendmail_path={Path.Combine(directory, "sendmail.sh")}",
        ];
        return settings.SelectMany(setting => new[] { "-d", setting });
    }

    private static string PhpLog(string directory) => Path.Combine(directory, "php.log");

    private static string Tail(string path) => File.Exists(path) ? string.Join('\n', File.ReadLines(path).TakeLast(10)) : string.Empty;

    private async Task<bool> AnswersAsync(CancellationToken cancellationToken)
    {
        using var http = new HttpClient { Timeout = StartDeadline };
        for (var start = TimeProvider.System.GetTimestamp(); TimeProvider.System.GetElapsedTime(start) < StartDeadline && !_php.HasExited;)
        {
            try
            {
                using var answer = await http.GetAsync(BaseAddress, cancellationToken);
                return answer.IsSuccessStatusCode;
            }
            catch (HttpRequestException)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(50), cancellationToken);
            }
        }

        return false;
    }
}
