// SPDX-License-Identifier: GPL-3.0-or-later

using System.Threading.Channels;
using DolibarrOAuthBridge.Consents;
using DolibarrOAuthBridge.Dolibarr.Configuration;
using DolibarrOAuthBridge.Dolibarr.Database;
using DolibarrOAuthBridge.Dolibarr.Entries;
using DolibarrOAuthBridge.Entries;
using DolibarrOAuthBridge.Providers;

namespace DolibarrOAuthBridge.Commands.Consenting;

/// <summary>
/// Authorization code in a terminal. The answer comes to a loopback address (RFC 8252, section 7.3) or is pasted, whichever is
/// first; an answer that belongs to something else is told so, and the waiting goes on.
/// </summary>
internal sealed class CodeDialog(ConsentService consentService, CodeCallback callback, DolibarrConf conf, TimeProvider time)
{
    private const string DefaultAddress = "http://127.0.0.1:0/callback";

    public static CodeDialog Of(CommandContext context) =>
        new(context.Get<ConsentService>(), context.Get<CodeCallback>(), context.Conf, context.Get<TimeProvider>());

    /// <param name="entry">The entry.</param>
    /// <param name="consentOptions">What was asked for on the command line.</param>
    /// <param name="terminal">Where to speak.</param>
    /// <param name="paste">Whether the redirect URI registered for Dolibarr is used, so that nothing arrives here by itself.</param>
    /// <param name="redirectUri">The loopback address to listen at; null for any.</param>
    /// <param name="cancellationToken">Ctrl-C.</param>
    public async Task<ConsentResult> RunAsync(
        OAuthEntry entry,
        ConsentOptions consentOptions,
        ConsentTerminal terminal,
        bool paste,
        string? redirectUri,
        CancellationToken cancellationToken
    )
    {
        if (paste)
        {
            var pasted = new IncomingAnswers(null, TypedLines.OfConsole);
            return await ConverseAsync(entry, consentOptions, terminal, null, pasted, cancellationToken);
        }

        var arrivals = Channel.CreateUnbounded<RedirectAnswer>();
        var listener = await LoopbackListener.StartAsync(redirectUri ?? DefaultAddress, arrivals.Writer, cancellationToken);
        await using (listener)
        {
            var answers = new IncomingAnswers(arrivals.Reader, TypedLines.OfConsole);
            return await ConverseAsync(entry, consentOptions, terminal, listener.RedirectUri, answers, cancellationToken);
        }
    }

    private async Task<ConsentResult> ConverseAsync(
        OAuthEntry entry,
        ConsentOptions consentOptions,
        ConsentTerminal terminal,
        string? listensAt,
        IncomingAnswers answers,
        CancellationToken cancellationToken
    )
    {
        var binding = AuthorizationSecrets.New();
        var registered = RedirectUri.Of(entry, conf);
        var address = listensAt ?? registered;
        var started = await consentService.BeginAsync(
            entry.Name.ToString(),
            entry.Entity,
            ConsentFlows.Code,
            consentOptions.With(binding, address),
            cancellationToken
        );
        try
        {
            await terminal.BeginAsync(
                started,
                listensAt is null ? PasteWords(entry, started, address!) : ListenWords(entry, started, address!, registered)
            );
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            using var timer = time.CreateTimer(
                static state => ((CancellationTokenSource)state!).Cancel(),
                limit,
                TimeSpan.FromSeconds(started.ExpiresIn ?? 600),
                Timeout.InfiniteTimeSpan
            );
            return await TakeAsync(entry, started, binding, address!, answers, terminal, limit.Token);
        }
        catch (Exception exception) when (exception is OperationCanceledException or EndOfStreamException)
        {
            await consentService.AbandonAsync(started.ConsentId!, "given up at the command line", CancellationToken.None);
            cancellationToken.ThrowIfCancellationRequested();
            throw exception is EndOfStreamException
                ? new BridgeException(ProblemCode.InvalidRequest, exception.Message)
                : new BridgeException(
                    ProblemCode.StateInvalid,
                    $"No answer came in time. Start again: dolibarr-oauth-bridge consent {entry.Name}"
                );
        }
    }

    private async Task<ConsentResult> TakeAsync(
        OAuthEntry entry,
        ConsentStarted started,
        string binding,
        string address,
        IncomingAnswers answers,
        ConsentTerminal terminal,
        CancellationToken cancellationToken
    )
    {
        while (true)
        {
            var answer =
                await answers.NextAsync(cancellationToken)
                ?? throw new EndOfStreamException("The input ended before the address of the last page was pasted. Nothing was stored.");
            try
            {
                var result = await callback.FinishAsync(answer.ToResponse(address, binding), entry.Entity, CancellationToken.None);
                answer.Reply($"Consent was given, and {entry.Name} has its token. You can close this page.");
                return result;
            }
            catch (Exception exception) when (exception is BridgeException or StoreException)
            {
                answer.Reply(exception.Message);
                if (
                    exception is not BridgeException { Code: ProblemCode.StateInvalid or ProblemCode.InvalidRequest }
                    || (await consentService.GetAsync(started.ConsentId!, entry.Entity, CancellationToken.None)).Status
                        != ConsentStatus.Pending
                )
                {
                    throw;
                }

                await terminal.ExplainAsync($"{exception.Message}\nStill waiting.");
            }
        }
    }

    private static string ListenWords(OAuthEntry entry, ConsentStarted started, string address, string? registered) =>
        $"""
            Consent for {entry.Name}

            1. Open this address in a browser, on this or another machine:

            {started.AuthorizationUrl}

            2. Sign in with the account that {entry.Name} is for, and allow the access.

            3. On this machine the answer arrives by itself at {address}
               A browser elsewhere ends on a page that it cannot open: copy the whole address of
               that page, paste it here and press Enter.

            If the provider does not accept this redirect URI, register it there (as a desktop or
            native application, for which any port will do), or run this again with --paste: that uses
            {registered ?? "the redirect URI that is registered for Dolibarr"}

            Waiting for the answer, {started.ExpiresIn / 60} minutes at most. Ctrl-C gives up.
            """;

    private static string PasteWords(OAuthEntry entry, ConsentStarted started, string address) =>
        $"""
            Consent for {entry.Name}

            1. Open this address in a private browser window, on any machine. In a window that is signed
               in to Dolibarr, its callback page would take the answer for one of its own and drop it.

            {started.AuthorizationUrl}

            2. Sign in with the account that {entry.Name} is for, and allow the access.

            3. The browser ends at {address}
               with Dolibarr's login page, another one or none at all; that does not matter. Do not sign
               in there: copy the whole address from the browser's address bar, with everything behind
               the question mark, paste it here and press Enter.

            The provider must know {address}
            as a redirect URI of the application. The address holds a code that is good once and for minutes.

            Waiting for the address, {started.ExpiresIn / 60} minutes at most. Ctrl-C gives up.
            """;
}
