// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Dolibarr.Entries;
using DolibarrOAuthBridge.Dolibarr.Tokens;
using DolibarrOAuthBridge.Entries;
using DolibarrOAuthBridge.Grants;

namespace DolibarrOAuthBridge.Tokens;

/// <summary>
/// Keeps a grant from being renewed until somebody resumes it or gives consent again. An access token that lives is handed out.
/// </summary>
internal sealed class GrantPause(
    EntryDirectory entries,
    TokenTable tokens,
    GrantTable grants,
    GrantPauseTable pauses,
    EventTable events,
    TimeProvider time
)
{
    /// <summary>Pauses an entry. A refresh that is under way is finished.</summary>
    /// <param name="name">Entry or service name.</param>
    /// <param name="entity">The company.</param>
    /// <param name="reason">Why, for people; null if nobody said.</param>
    /// <param name="cancellationToken">Cancels the work.</param>
    /// <returns>The entry.</returns>
    /// <exception cref="BridgeException">There is no such entry, or its grant was moved to another server.</exception>
    /// <exception cref="Dolibarr.Database.StoreException">The database failed.</exception>
    public async Task<OAuthEntry> PauseAsync(string name, int entity, string? reason, CancellationToken cancellationToken = default)
    {
        var entry = await entries.GetAsync(name, entity, cancellationToken);
        var key = GrantKey.Of(entry);
        var record = await grants.GetAsync(key, cancellationToken);
        if (record.MovedId is not null)
        {
            throw Refusal(entry, record);
        }

        await pauses.PauseAsync(
            key,
            record.PausedAt ?? time.GetUtcNow().UtcDateTime,
            reason ?? record.PausedReason,
            null,
            (await tokens.FindAsync(entry.Name, entity, cancellationToken)).OnlyRow?.RowId,
            cancellationToken
        );
        if (!record.IsPaused)
        {
            await events.AppendAsync(key, EventKind.Paused, reason ?? string.Empty, cancellationToken);
        }

        return entry;
    }

    /// <summary>Resumes an entry.</summary>
    /// <param name="name">Entry or service name.</param>
    /// <param name="entity">The company.</param>
    /// <param name="evenIfMoved">Whether to resume a grant that was moved to another server, as it is not live there.</param>
    /// <param name="cancellationToken">Cancels the work.</param>
    /// <returns>Whether it was paused.</returns>
    /// <exception cref="BridgeException">There is no such entry, or its grant was moved.</exception>
    /// <exception cref="Dolibarr.Database.StoreException">The database failed.</exception>
    public async Task<bool> ResumeAsync(string name, int entity, bool evenIfMoved, CancellationToken cancellationToken = default)
    {
        var entry = await entries.GetAsync(name, entity, cancellationToken);
        var key = GrantKey.Of(entry);
        var record = await grants.GetAsync(key, cancellationToken);
        if (record.MovedId is not null && !evenIfMoved)
        {
            throw Refusal(entry, record);
        }

        var wasPaused = await pauses.ResumeAsync(key, cancellationToken);
        if (wasPaused)
        {
            var detail = record.MovedId is null ? string.Empty : $"although export {record.MovedId} took it to another server";
            await events.AppendAsync(key, EventKind.Resumed, detail, cancellationToken);
        }

        return wasPaused;
    }

    /// <summary>Why a paused grant is not renewed, and what ends that.</summary>
    public static BridgeException Refusal(OAuthEntry entry, GrantRecord record) =>
        new(
            ProblemCode.EntryPaused,
            record.MovedId is { } export
                ? $"The grant of {entry.Name} was moved to another server on {record.PausedAt:yyyy-MM-dd HH:mm} UTC (export {export}). Two "
                    + "servers must not renew one grant. Give consent again to have a grant here, or, if the export was never imported, "
                    + $"run: dolibarr-oauth-bridge resume {entry.Name} --even-if-moved"
                : $"{entry.Name} is paused since {record.PausedAt:yyyy-MM-dd HH:mm} UTC{Because(record)}, so nothing renews its token. "
                    + $"To go on, run: dolibarr-oauth-bridge resume {entry.Name}"
        );

    private static string Because(GrantRecord record) => record.PausedReason is { Length: > 0 } reason ? $" ({reason})" : string.Empty;
}
