// SPDX-License-Identifier: GPL-3.0-or-later

using System.Diagnostics;
using DolibarrOAuthBridge.Demo.Processes;

namespace DolibarrOAuthBridge.Demo.Mail;

/// <summary>
/// A real Dovecot of one's own on the loopback address: IMAP and mail submission, each with STARTTLS and over TLS, that let
/// in who shows an access token (XOAUTH2, OAUTHBEARER) which the provider says is valid. A submitted mail is delivered to
/// the mailboxes of the same server. Disposing it removes everything; so does the death of this process.
/// </summary>
public sealed class DovecotServer : IAsyncDisposable
{
    private const string Advice =
        "Install the Debian packages dovecot-imapd and dovecot-submissiond (apt-get install dovecot-imapd dovecot-submissiond)";
    private const int PortAttempts = 5;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly ScratchDirectory _directory;
    private readonly NextHop _nextHop;
    private readonly DovecotPorts _ports;
    private readonly Process _process;

    private DovecotServer(ScratchDirectory directory, NextHop nextHop, DovecotPorts ports, Process process, string version)
    {
        _directory = directory;
        _nextHop = nextHop;
        _ports = ports;
        _process = process;
        Version = version;
    }

    /// <summary>The name that its certificate is for: <c>localhost</c>.</summary>
    public string Host => "localhost";

    /// <summary>IMAP, plain with STARTTLS.</summary>
    public int ImapPort => _ports.Imap;

    /// <summary>IMAP over TLS.</summary>
    public int ImapsPort => _ports.Imaps;

    /// <summary>SMTP, plain with STARTTLS.</summary>
    public int SubmissionPort => _ports.Submission;

    /// <summary>SMTP over TLS.</summary>
    public int SubmissionsPort => _ports.Submissions;

    /// <summary>The PEM file of the authority that signed its certificate.</summary>
    public string AuthorityPath => Path.Combine(_directory.Path, "ca.pem");

    /// <summary>The version, such as <c>2.3.19.1</c>.</summary>
    public string Version { get; }

    /// <summary>The id of the master process.</summary>
    public int ProcessId => _process.Id;

    /// <summary>The private directory of everything that belongs to the server.</summary>
    public string DirectoryPath => _directory.Path;

    /// <summary>What it logged so far.</summary>
    public string Log => ReadLog(_directory.Path);

    /// <summary>Starts a server and waits until it listens.</summary>
    /// <exception cref="InvalidOperationException">Dovecot is not installed or does not start; the message says what to do.</exception>
    public static async Task<DovecotServer> StartAsync(DovecotServerOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        var (program, version) = await FindAsync(cancellationToken);
        var directory = ScratchDirectory.Create("dovecot");
        var mailboxes = new Maildir(DovecotConfiguration.MailDirectory(directory.Path), options.Mailboxes);
        var nextHop = new NextHop(mailboxes);
        try
        {
            mailboxes.Create();
            for (var attempt = 1; ; attempt++)
            {
                try
                {
                    var ports = DovecotPorts.Find();
                    var account = ServiceAccount.Find();
                    await WriteAsync(directory.Path, options, account, ports, nextHop.Port, cancellationToken);
                    var process = await LaunchAsync(program, account, directory.Path, cancellationToken);
                    return new DovecotServer(directory, nextHop, ports, process, version);
                }
                catch (InvalidOperationException exception)
                    when (attempt < PortAttempts && exception.Message.Contains("Address already in use", StringComparison.Ordinal))
                {
                    File.Delete(Path.Combine(directory.Path, DovecotConfiguration.Log));
                }
            }
        }
        catch
        {
            await nextHop.DisposeAsync();
            await directory.DisposeAsync();
            throw;
        }
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await StopAsync(_process);
        await _nextHop.DisposeAsync();
        await _directory.DisposeAsync();
    }

    private static async Task<(string Program, string Version)> FindAsync(CancellationToken cancellationToken)
    {
        const string program = "/usr/sbin/dovecot";
        if (!File.Exists(program) || !File.Exists("/usr/lib/dovecot/submission"))
        {
            throw new InvalidOperationException($"Dovecot is not on this machine. {Advice}.");
        }

        var version = (await Command.RunAsync(program, ["--version"], cancellationToken)).Split(' ')[0].Trim();
        return version.StartsWith("2.3.", StringComparison.Ordinal)
            ? (program, version)
            : throw new InvalidOperationException($"Dovecot {version} reads other configuration files than 2.3, which is needed here.");
    }

    private static async Task WriteAsync(
        string directory,
        DovecotServerOptions options,
        ServiceAccount account,
        DovecotPorts ports,
        int nextHop,
        CancellationToken cancellationToken
    )
    {
        using var authority = new ThrowAwayAuthority();
        using var certificate = authority.Issue("localhost");
        using var key = System.Security.Cryptography.X509Certificates.ECDsaCertificateExtensions.GetECDsaPrivateKey(certificate)!;
        var group = (await Command.RunAsync("id", ["-gn", account.Name], cancellationToken)).Trim();
        var client = DovecotServerOptions.ResourceServer;
        await Task.WhenAll(
            WriteAsync("ca.pem", authority.CertificatePem),
            WriteAsync(DovecotConfiguration.Certificate, certificate.ExportCertificatePem()),
            WriteAsync(DovecotConfiguration.Key, key.ExportPkcs8PrivateKeyPem()),
            WriteAsync(
                DovecotConfiguration.OAuth2,
                DovecotConfiguration.ForOAuth2(options.IntrospectionEndpoint, client.ClientId, client.ClientSecret!)
            ),
            WriteAsync(DovecotConfiguration.Main, DovecotConfiguration.ForMain(directory, account, group, ports, nextHop))
        );
        await account.HandOverAsync(directory, cancellationToken);

        Task WriteAsync(string name, string content) => File.WriteAllTextAsync(Path.Combine(directory, name), content, cancellationToken);
    }

    private static async Task<Process> LaunchAsync(
        string program,
        ServiceAccount account,
        string directory,
        CancellationToken cancellationToken
    )
    {
        var (runner, arguments) = account.CommandLine(program, ["-F", "-c", Path.Combine(directory, DovecotConfiguration.Main)]);
        var process = Command.Start(runner, arguments);
        process.BeginOutputReadLine();
        var complaints = process.StandardError.ReadToEndAsync(CancellationToken.None);

        // The master listens on every port before it writes this file.
        var isUp = await Poll.UntilAsync(
            () => process.HasExited || File.Exists(Path.Combine(directory, "run", "master.pid")),
            Patience,
            cancellationToken
        );
        if (isUp && !process.HasExited)
        {
            return process;
        }

        await StopAsync(process);
        throw new InvalidOperationException($"Dovecot did not start:\n{await complaints}{ReadLog(directory)}");
    }

    private static async Task StopAsync(Process process)
    {
        using (process)
        {
            if (process.HasExited)
            {
                return;
            }

            Signals.Send(process.Id, Signals.Terminate);
            try
            {
                await process.WaitForExitAsync().WaitAsync(Patience, TimeProvider.System);
            }
            catch (TimeoutException)
            {
                process.Kill(entireProcessTree: true);
            }
        }
    }

    private static string ReadLog(string directory)
    {
        var path = Path.Combine(directory, DovecotConfiguration.Log);
        return File.Exists(path) ? File.ReadAllText(path) : string.Empty;
    }
}
