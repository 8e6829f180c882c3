// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Consents;
using DolibarrOAuthBridge.Consents.Device;
using DolibarrOAuthBridge.Dolibarr.Entries;
using DolibarrOAuthBridge.Grants;
using DolibarrOAuthBridge.Providers;
using DolibarrOAuthBridge.Reports;

namespace DolibarrOAuthBridge.Commands.Consenting;

/// <summary>Device authorization in a terminal: shows the code and polls until somebody has typed it.</summary>
internal sealed class DeviceDialog(
    ConsentService consentService,
    ConsentTable consents,
    DevicePoller poller,
    EntryReporter reporter,
    GrantTable grants,
    TimeProvider time
)
{
    private static readonly TimeSpan ShortestRest = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan LongestRest = TimeSpan.FromSeconds(5);

    public static DeviceDialog Of(CommandContext context) =>
        new(
            context.Get<ConsentService>(),
            context.Get<ConsentTable>(),
            context.Get<DevicePoller>(),
            context.Get<EntryReporter>(),
            context.Get<GrantTable>(),
            context.Get<TimeProvider>()
        );

    public async Task<ConsentResult> RunAsync(
        OAuthEntry entry,
        ConsentOptions consentOptions,
        ConsentTerminal terminal,
        CancellationToken cancellationToken
    )
    {
        var started = await consentService.BeginAsync(
            entry.Name.ToString(),
            entry.Entity,
            ConsentFlows.Device,
            consentOptions,
            cancellationToken
        );
        try
        {
            await terminal.BeginAsync(started, Words(entry, started));
            await WaitAsync(started.ConsentId!, terminal, cancellationToken);
        }
        catch (OperationCanceledException)
        {
            await consentService.AbandonAsync(started.ConsentId!, "given up at the command line", CancellationToken.None);
            throw;
        }

        var state = await consentService.GetAsync(started.ConsentId!, entry.Entity, CancellationToken.None);
        if (state.Status != ConsentStatus.Granted)
        {
            throw new BridgeException(
                ProblemCode.ProviderRejected,
                state.Status == ConsentStatus.Expired
                    ? $"Nobody typed the code in time. Start again: dolibarr-oauth-bridge consent {entry.Name} --device"
                    : $"Consent was not given: {state.Detail}"
            );
        }

        var report = await reporter.GetAsync(entry.Name.ToString(), entry.Entity, CancellationToken.None);
        return new ConsentResult
        {
            Entry = report.Entry,
            Token = report.Token,
            Account = GrantAccount.Parse((await grants.GetAsync(GrantKey.Of(entry), CancellationToken.None)).Account)?.ToString(),
            Warnings = report.Warnings,
        };
    }

    // A sidecar on the same database may poll as well; the poller sees to it that only one does at a time.
    private async Task WaitAsync(string consentId, ConsentTerminal terminal, CancellationToken cancellationToken)
    {
        while (await consents.FindAsync(consentId, cancellationToken) is { Status: ConsentStatus.Pending or ConsentStatus.Redeeming } row)
        {
            var next = row.Status == ConsentStatus.Pending ? await poller.PollAsync(row) : null;
            await terminal.GoOnAsync();
            var rest = next is { } due ? due - time.GetUtcNow() : TimeSpan.Zero;
            await Task.Delay(
                rest < ShortestRest ? ShortestRest
                    : rest > LongestRest ? LongestRest
                    : rest,
                time,
                cancellationToken
            );
        }
    }

    private static string Words(OAuthEntry entry, ConsentStarted started) =>
        $"""
            Consent for {entry.Name}

            1. Open this address in a browser, on any machine:

                 {started.VerificationUri}

            2. Type this code there:

                 {started.UserCode}
            {(
                started.VerificationUriComplete is { } complete
                    ? $"\n   Or open the address with the code in it: {complete}\n"
                    : string.Empty
            )}
            3. Sign in with the account that {entry.Name} is for, and allow the access.

            Waiting for you, {Math.Ceiling((started.ExpiresIn ?? 0) / 60.0)} minutes at most. Ctrl-C gives up.
            """;
}
