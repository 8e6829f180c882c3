// SPDX-License-Identifier: GPL-3.0-or-later

using System.Net;
using DolibarrOAuthBridge.Dolibarr.Entries;
using DolibarrOAuthBridge.Entries;
using DolibarrOAuthBridge.Grants;
using DolibarrOAuthBridge.Metrics;
using DolibarrOAuthBridge.Providers;
using DolibarrOAuthBridge.Tokens;
using MimeKit;

namespace DolibarrOAuthBridge.Mail;

/// <summary>
/// Logs in to a mail server with an entry's token as Dolibarr will, step by step, and says what fails and what to do. The
/// caller chooses the host and so who sees the token: it must be allowed to have the token itself.
/// </summary>
internal sealed partial class MailChecker(
    EntryDirectory entries,
    TokenBroker broker,
    MailCertificates certificates,
    OutboundProxy proxy,
    MailboxAccounts accounts,
    BridgeOptions options,
    TimeProvider time,
    ILogger<MailChecker> logger
)
{
    /// <summary>Checks a server with an entry's token.</summary>
    /// <param name="name">Entry or service name.</param>
    /// <param name="entity">The company.</param>
    /// <param name="check">What is to be checked.</param>
    /// <param name="cancellationToken">Ends the check.</param>
    /// <exception cref="BridgeException">There is no such entry, or what is asked for cannot be.</exception>
    public async Task<MailCheckReport> CheckAsync(string name, int entity, MailCheck check, CancellationToken cancellationToken = default)
    {
        var entry = await entries.GetAsync(name, entity, cancellationToken);
        var provider = ProviderCatalogue.Of(entry);
        var host = MailTarget.Of(check, provider);
        Require(check);
        using var deadline = new CancellationTokenSource(options.MailDeadline, time);
        using var limited = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        var session = new MailSession(check.Protocol, host, certificates, proxy, time);
        using (session)
        {
            var steps = new MailSteps(time);
            await RunAsync(steps, session, host, entry, provider, check, limited.Token);
            cancellationToken.ThrowIfCancellationRequested();
            var ok = steps.FailureCode is null;
            BridgeMeter.CheckMade(check.Protocol == MailProtocol.Smtp ? "smtp" : "imap", ok);
            Log.Checked(logger, entry.Name.Service, entity, check.Protocol, host.ToString(), ok ? "ok" : steps.FailureCode!);
            return new MailCheckReport(
                ok,
                session.Mechanism?.MechanismName,
                steps.All,
                steps.FailureCode,
                entry.Name.ToString(),
                host.Host,
                host.Port,
                MailSecurityName.Of(host.Security),
                check.Username
            );
        }
    }

    private async Task RunAsync(
        MailSteps steps,
        MailSession session,
        MailHost host,
        OAuthEntry entry,
        Provider provider,
        MailCheck check,
        CancellationToken limit
    )
    {
        var failures = new MailFailures(session, host, options.MailDeadline);
        AccessToken? token = null;
        IPAddress[] addresses = [];
        if (host.Security == MailSecurity.None)
        {
            addresses = await ResolveLocalAsync(host, limit);
        }

        _ =
            await TryAsync("token", GetTokenAsync)
            && await TryAsync("connect", ConnectAsync)
            && await TryAsync(NameOf(host.Security), () => session.GreetAsync(limit))
            && await LogInAsync()
            && await UseAsync()
            && await accounts.NoteAsync(entry, check.Username)
            && await session.TryQuitAsync(limit);

        Task<bool> TryAsync(string name, Func<Task<string>> work) => steps.TryAsync(name, work, failures.Explain);

        async Task<string> GetTokenAsync()
        {
            token = (await broker.GetGrantAsync(entry, options.MinTtl, "mail check", limit)).ToAccessToken(entry.Name);
            (failures.AccessToken, failures.GrantedScope) = (token.Value, token.Scope);
            return token.Scope is { Length: > 0 } scope ? $"a token for {scope}" : "a token";
        }

        async Task<string> ConnectAsync()
        {
            addresses = addresses is [] && !await session.UsesProxyAsync(limit) ? await MailTarget.ResolveAsync(host, limit) : addresses;
            return await session.ConnectAsync(addresses, limit);
        }

        // Exchange may accept a token and then refuse whatever follows: then the login went well, and the next step did not.
        async Task<bool> LogInAsync()
        {
            IReadOnlyList<string> wanted = check.Mechanism is { } only ? [only] : provider.SaslMechanisms;
            var unlisted = check.Protocol == MailProtocol.Imap ? provider.UnlistedImapMechanisms : [];
            Exception? afterwards = null;
            return await TryAsync("authenticate", AuthenticateAsync)
                && (afterwards is null || await TryAsync("list", () => Task.FromException<string>(afterwards)));

            async Task<string> AuthenticateAsync()
            {
                try
                {
                    return await session.AuthenticateAsync(wanted, unlisted, check.Username, token!.Value, limit);
                }
                catch (Exception exception) when (session.IsAuthenticated)
                {
                    afterwards = exception;
                    return $"logged in as {check.Username} with {session.Mechanism!.MechanismName}";
                }
            }
        }

        async Task<bool> UseAsync() =>
            check.Protocol == MailProtocol.Imap
                ? await TryAsync("list", () => ImapUse.ListAsync(session.Imap, limit))
                    && await TryAsync("open", () => ImapUse.OpenAsync(session.Imap, check.Folder, limit))
                : check.SendTo is not { } recipient
                    || await TryAsync("send", () => SmtpUse.SendAsync(session.Smtp, check.Username, recipient, time.GetUtcNow(), limit));
    }

    private static async Task<IPAddress[]> ResolveLocalAsync(MailHost host, CancellationToken limit)
    {
        try
        {
            return await MailTarget.ResolveAsync(host, limit);
        }
        catch (Exception exception) when (exception is System.Net.Sockets.SocketException or OperationCanceledException)
        {
            return []; // the step says so
        }
    }

    private static string NameOf(MailSecurity security) => security == MailSecurity.None ? "greeting" : MailSecurityName.Of(security);

    private static void Require(MailCheck check)
    {
        XOAuth2.RequireUser(check.Username);
        if (check.Mechanism is not (null or SaslName.XOAuth2 or SaslName.OAuthBearer))
        {
            throw new BridgeException(ProblemCode.InvalidRequest, $"mechanism must be {SaslName.XOAuth2} or {SaslName.OAuthBearer}.");
        }

        if (check.SendTo is not null && !(IsAddress(check.SendTo) && IsAddress(check.Username)))
        {
            throw new BridgeException(ProblemCode.InvalidRequest, "To send a mail, send_to and username must be e-mail addresses.");
        }
    }

    private static bool IsAddress(string text) =>
        !text.Any(char.IsControl)
        && MailboxAddress.TryParse(text, out var address)
        && address.Address == text
        && text.Contains('@', StringComparison.Ordinal);

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "Check of {Service} (entity {Entity}) by {Protocol} at {Host}: {Outcome}.")]
        public static partial void Checked(ILogger logger, string service, int entity, MailProtocol protocol, string host, string outcome);
    }
}
