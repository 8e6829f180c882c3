// SPDX-License-Identifier: GPL-3.0-or-later

using System.Text.Json;
using DolibarrOAuthBridge.Dolibarr.Database;
using DolibarrOAuthBridge.Dolibarr.Tokens;
using DolibarrOAuthBridge.Entries;
using DolibarrOAuthBridge.Grants;
using DolibarrOAuthBridge.Tokens;

namespace DolibarrOAuthBridge.Transfers;

/// <summary>
/// Takes a grant out for another server. From that moment on nothing renews it here, so that no two servers spend one refresh token.
/// </summary>
internal sealed class GrantExporter(
    DolibarrDatabase database,
    EntryDirectory entries,
    GrantReader reader,
    GrantHealer healer,
    TokenCodec codec,
    GrantTable grants,
    GrantPauseTable pauses,
    GrantLeases leases,
    JournalReplay replay,
    EventTable events,
    TimeProvider time
)
{
    /// <summary>Takes the grant out.</summary>
    /// <param name="name">Entry or service name.</param>
    /// <param name="entity">The company.</param>
    /// <param name="passphrase">What the other server opens it with.</param>
    /// <param name="write">Writes the sealed text. Where it throws, the grant stays live here.</param>
    /// <param name="cancellationToken">Cancels before anything was written.</param>
    /// <exception cref="BridgeException">There is no grant, it or its newest refresh token cannot be read, or it was moved
    /// before.</exception>
    /// <exception cref="StoreException">The database failed; nothing was written.</exception>
    public async Task<TransferReport> ExportAsync(
        string name,
        int entity,
        string passphrase,
        Func<string, Task> write,
        CancellationToken cancellationToken = default
    )
    {
        var entry = await entries.GetAsync(name, entity, cancellationToken);
        var key = GrantKey.Of(entry);
        var lease = (await leases.AcquireAsync(key, LeaseWish.ForConsent, null, cancellationToken))!; // no refresh gets in between
        await using (lease)
        {
            if (!await replay.RecoverAsync(key, cancellationToken))
            {
                throw new BridgeException(
                    ProblemCode.StoreNotWritable,
                    $"A refresh of {entry.Name} still waits in the journal. Export it when the journal is empty."
                );
            }

            var record = await grants.GetAsync(key, cancellationToken);
            if (record.MovedId is not null)
            {
                throw GrantPause.Refusal(entry, record);
            }

            // Stock code may have written an older refresh token over it, which would end the grant at its first use over there.
            var grant = await healer.WithNewestAsync(entry, await reader.ReadAsync(entry, cancellationToken), record, cancellationToken);
            var bundle = new GrantBundle
            {
                Version = GrantBundle.PresentVersion,
                Id = Guid.NewGuid().ToString("N"),
                Entry = entry.Name.ToString(),
                ClientId = entry.ClientId,
                Source = $"{database.Name} on {database.Server}",
                ExportedAt = time.GetUtcNow(),
                Token = codec.Encode(grant.Token, StoredForm.Plain),
                RefreshTokenExpiresAt = record.RefreshTokenExpiresAt,
                Account = record.Account,
            };
            var sealedText = PassphraseSeal.Seal(JsonSerializer.Serialize(bundle, TransferJson.Default.GrantBundle), passphrase);
            await pauses.PauseAsync(
                key,
                bundle.ExportedAt.UtcDateTime,
                "moved to another server",
                bundle.Id,
                grant.Row.RowId,
                cancellationToken
            );
            try
            {
                await write(sealedText);
            }
            catch
            {
                await PutBackAsync(key, record); // nobody has it
                throw;
            }

            await events.AppendAsync(key, EventKind.Exported, $"export {bundle.Id}", CancellationToken.None);
            return new TransferReport(bundle.Id, bundle.Entry, entity, bundle.Source, bundle.Account);
        }
    }

    private async Task PutBackAsync(GrantKey key, GrantRecord before)
    {
        if (before.PausedAt is { } since)
        {
            await pauses.PauseAsync(key, since, before.PausedReason, null, before.TokenRow);
        }
        else
        {
            await pauses.ResumeAsync(key);
        }
    }
}
