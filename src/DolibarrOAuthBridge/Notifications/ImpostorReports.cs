// SPDX-License-Identifier: GPL-3.0-or-later

using System.Collections.Concurrent;
using DolibarrOAuthBridge.Dolibarr.Database;
using DolibarrOAuthBridge.Grants;
using DolibarrOAuthBridge.Providers;

namespace DolibarrOAuthBridge.Notifications;

/// <summary>
/// What the module tells once the true bridge answers again: while it was down, something else listened at its address. It goes to the
/// audit trail, from which <see cref="NoticeWatch"/> makes a notice.
/// </summary>
internal sealed class ImpostorReports(EventTable events, TimeProvider time)
{
    private const int MostCompanies = 1000; // bounds the memory
    private static readonly TimeSpan Pause = TimeSpan.FromHours(1);

    private readonly ConcurrentDictionary<int, DateTimeOffset> _noted = new();

    /// <summary>Notes a report, once an hour for each company.</summary>
    /// <param name="entity">The company that tells it.</param>
    /// <param name="detail">What it saw, in words.</param>
    /// <param name="cancellationToken">Cancels the statement.</param>
    /// <exception cref="StoreException">The database failed.</exception>
    public async Task NoteAsync(int entity, string? detail, CancellationToken cancellationToken = default)
    {
        var now = time.GetUtcNow();
        if (_noted.TryGetValue(entity, out var at) && now - at < Pause && now >= at)
        {
            return;
        }

        if (_noted.Count >= MostCompanies)
        {
            _noted.Clear();
        }

        _noted[entity] = now;
        var line = ForeignText.Clean(detail ?? string.Empty, []);
        await events.AppendAsync(new GrantKey(string.Empty, entity), NoticeKind.Impostor, line, cancellationToken);
    }

    /// <summary>The notice of a company's reports of the last day.</summary>
    public static (Condition Condition, NoticeDraft Draft) Notice(int entity) =>
        (
            new Condition(NoticeKind.Impostor, entity, string.Empty, string.Empty),
            new NoticeDraft(
                NoticeKind.Impostor,
                NoticeSeverity.Error,
                entity,
                string.Empty,
                "While the bridge was down, another program answered at its address. The module told it no secret.",
                "Find out which program of this machine listens there, and which user started it. Use the bridge's unix socket "
                    + "instead of a TCP port: its directory belongs to the service."
            )
        );
}
