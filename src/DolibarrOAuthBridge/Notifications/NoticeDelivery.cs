// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Dolibarr.Database;

namespace DolibarrOAuthBridge.Notifications;

/// <summary>Brings notices to the webhook and to the command, each notice once over all sidecars of a database.</summary>
internal sealed partial class NoticeDelivery(
    NoticeTable notices,
    NoticeWebhook webhook,
    NoticeCommand command,
    TimeProvider time,
    ILogger<NoticeDelivery> logger
)
{
    private const string Webhook = "webhook";
    private const string Command = "command";

    private static readonly TimeSpan TriedFor = TimeSpan.FromDays(1);
    private static readonly TimeSpan FirstWait = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan LongestWait = TimeSpan.FromHours(1);

    /// <summary>The ways on which a notice leaves by itself.</summary>
    public static IReadOnlyList<string> Ways { get; } = [Webhook, Command];

    /// <summary>Those of them that are tried again where they fail. A command is run once for each notice.</summary>
    public static IReadOnlyList<string> RetriedWays { get; } = [Webhook];

    /// <summary>Delivers what waits and is due.</summary>
    /// <returns>When something is due that was not taken; null if nothing waits.</returns>
    /// <exception cref="StoreException">The database failed.</exception>
    public async Task<DateTimeOffset?> RunAsync(CancellationToken cancellationToken = default)
    {
        if (webhook.IsConfigured)
        {
            foreach (var waiting in await notices.ListForWebhookAsync(cancellationToken))
            {
                if (!await PostAsync(waiting, cancellationToken))
                {
                    break; // it is down: each further try could take its whole time
                }
            }
        }

        if (command.IsConfigured)
        {
            foreach (var waiting in await notices.ListForCommandAsync(cancellationToken))
            {
                if (await notices.ClaimCommandAsync(waiting.Notice.Id, cancellationToken))
                {
                    Report(waiting.Notice, await command.RunAsync(waiting.Notice, cancellationToken));
                }
            }
        }

        return webhook.IsConfigured ? await notices.NextForWebhookAsync(cancellationToken) : null;
    }

    /// <summary>Sends at once what the database cannot hold or what is only a test.</summary>
    /// <param name="draft">The notice.</param>
    /// <param name="ways">On which ways, of <see cref="Ways"/>. Those that are not set are left out.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>What became of it, by way.</returns>
    public async Task<IReadOnlyDictionary<string, DeliveryResult>> SendAsync(
        NoticeDraft draft,
        IReadOnlyList<string> ways,
        CancellationToken cancellationToken = default
    )
    {
        var notice = new Notice(0, time.GetUtcNow(), draft.Kind, draft.Entry, draft.Entity, draft.Severity, draft.Message, draft.Advice);
        var results = new Dictionary<string, DeliveryResult>();
        if (webhook.IsConfigured && ways.Contains(Webhook))
        {
            results[Webhook] = Report(notice, await webhook.SendAsync(notice, cancellationToken));
        }

        if (command.IsConfigured && ways.Contains(Command))
        {
            results[Command] = Report(notice, await command.RunAsync(notice, cancellationToken));
        }

        return results;
    }

    /// <summary>How long after a failed try the next one is due: doubling from 10 seconds up to an hour.</summary>
    /// <param name="tries">The tries before this one.</param>
    internal static TimeSpan Wait(int tries) => TimeSpan.FromTicks(Math.Min(FirstWait.Ticks << Math.Min(tries, 20), LongestWait.Ticks));

    // False where the webhook was tried and did not take the notice.
    private async Task<bool> PostAsync(WaitingNotice waiting, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        if (now - waiting.Notice.At < TriedFor)
        {
            if (!await notices.ClaimWebhookAsync(waiting, (now + Wait(waiting.WebhookTries)).UtcDateTime, cancellationToken))
            {
                return true; // another sidecar's
            }

            if (!Report(waiting.Notice, await webhook.SendAsync(waiting.Notice, cancellationToken)).Ok)
            {
                return false;
            }
        }

        await notices.FinishWebhookAsync(waiting.Notice.Id, cancellationToken);
        return true;
    }

    private DeliveryResult Report(Notice notice, DeliveryResult result)
    {
        if (!result.Ok)
        {
            Log.Failed(logger, notice.Id, notice.Kind, result.Detail);
        }

        return result;
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "Notice {Id} ({Kind}) was not delivered: {Reason}.")]
        public static partial void Failed(ILogger logger, long id, string kind, string reason);
    }
}
