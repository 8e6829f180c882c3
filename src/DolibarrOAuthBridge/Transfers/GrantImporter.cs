// SPDX-License-Identifier: GPL-3.0-or-later

using System.Text.Json;
using DolibarrOAuthBridge.Consents;
using DolibarrOAuthBridge.Dolibarr.Entries;
using DolibarrOAuthBridge.Dolibarr.Tokens;
using DolibarrOAuthBridge.Entries;
using DolibarrOAuthBridge.Grants;
using DolibarrOAuthBridge.Providers;

namespace DolibarrOAuthBridge.Transfers;

/// <summary>
/// Brings in a grant that <see cref="GrantExporter"/> took out of another server. It refuses what would leave a grant live on two
/// servers, or put an old refresh token over a newer one.
/// </summary>
internal sealed class GrantImporter(
    EntryDirectory entries,
    TokenTable tokens,
    TokenCodec codec,
    GrantTable grants,
    GrantStore store,
    EventTable events
)
{
    /// <summary>Brings the grant in.</summary>
    /// <param name="sealedText">What the export wrote.</param>
    /// <param name="passphrase">The passphrase.</param>
    /// <param name="name">The entry that is to have it; null for the one of the same name.</param>
    /// <param name="entity">The company.</param>
    /// <param name="replace">Whether it may take the place of a grant that is there.</param>
    /// <param name="cancellationToken">Cancels before anything was written.</param>
    /// <exception cref="BridgeException">It cannot be opened, or must not be brought in here.</exception>
    /// <exception cref="Dolibarr.Database.StoreException">The database failed.</exception>
    public async Task<TransferReport> ImportAsync(
        string sealedText,
        string passphrase,
        string? name,
        int entity,
        bool replace,
        CancellationToken cancellationToken = default
    )
    {
        var bundle = Read(PassphraseSeal.Open(sealedText, passphrase));
        var entry = await entries.GetAsync(name ?? bundle.Entry, entity, cancellationToken);
        EntrySettings.RequireComplete(entry);
        RequireSameClient(entry, bundle);
        var token = codec.Decode(bundle.Token);
        var lease = await store.BeginAsync(entry, cancellationToken);
        await using (lease)
        {
            var refreshHash = SecretHash.Of(GrantView.Of(token).RefreshToken);
            await RequireNewAsync(bundle, cancellationToken);
            await RequireNowhereElseAsync(entry, refreshHash, cancellationToken);
            await RequireRoomAsync(entry, refreshHash, replace, cancellationToken);
            await store.StoreAsync(
                lease,
                entry,
                new NewGrant
                {
                    Token = token,
                    RefreshTokenExpiresAt = bundle.RefreshTokenExpiresAt,
                    Account = GrantAccount.Parse(bundle.Account),
                    ConfirmsAccountChange = replace,
                }
            );
            await events.AppendAsync(GrantKey.Of(entry), EventKind.Imported, Detail(bundle), CancellationToken.None);
        }

        return new TransferReport(bundle.Id, entry.Name.ToString(), entity, bundle.Source, bundle.Account);
    }

    private static GrantBundle Read(string json)
    {
        try
        {
            if (JsonSerializer.Deserialize(json, TransferJson.Default.GrantBundle) is { Version: GrantBundle.PresentVersion } bundle)
            {
                return bundle;
            }
        }
        catch (JsonException)
        {
            // Said below.
        }

        throw new BridgeException(ProblemCode.InvalidRequest, "The grant was exported by another version of this program.");
    }

    // A refresh token is bound to its client (RFC 6749, section 6).
    private static void RequireSameClient(OAuthEntry entry, GrantBundle bundle)
    {
        if (!EntryName.TryParse(bundle.Entry, out var from) || from.Provider != entry.Name.Provider || bundle.ClientId != entry.ClientId)
        {
            throw new BridgeException(
                ProblemCode.InvalidRequest,
                $"The grant is of {bundle.Entry} with the client {bundle.ClientId}, and {entry.Name} here has the client {entry.ClientId}: "
                    + "a refresh token works for its own client only. Enter the same client in Dolibarr's OAuth setup first."
            );
        }
    }

    // Into this entry or another one, of whichever company.
    private async Task RequireNewAsync(GrantBundle bundle, CancellationToken cancellationToken)
    {
        if (await events.FindAsync(EventKind.Imported, Detail(bundle), cancellationToken) is (var key, var at))
        {
            throw new BridgeException(
                ProblemCode.InvalidRequest,
                $"This export was imported already, into {key.Service} (entity {key.Entity}) on {at:yyyy-MM-dd HH:mm} UTC. Its refresh "
                    + "token may have been replaced since. Export the grant again where it is live now."
            );
        }
    }

    // What the audit trail does not say any more.
    private async Task RequireNowhereElseAsync(OAuthEntry entry, string? refreshHash, CancellationToken cancellationToken)
    {
        if (refreshHash is null)
        {
            return;
        }

        var records = await grants.ListAllAsync(cancellationToken);
        var same = records.Where(record => record.Value.NewestHash == refreshHash && !record.Value.IsPaused).Select(record => record.Key);
        if (same.Where(key => key != GrantKey.Of(entry)).ToList() is [var key, ..])
        {
            throw new BridgeException(
                ProblemCode.InvalidRequest,
                $"{key.Service} (entity {key.Entity}) has this very grant already, and renews it. Pause or revoke it there first; if that "
                    + "entry is gone, cleanup prints what removes its record."
            );
        }
    }

    private async Task RequireRoomAsync(OAuthEntry entry, string? refreshHash, bool replace, CancellationToken cancellationToken)
    {
        var record = await grants.GetAsync(GrantKey.Of(entry), cancellationToken);
        var lookup = await tokens.FindAsync(entry.Name, entry.Entity, cancellationToken);
        if (lookup.OnlyRow is not { } row || record.MovedId is not null)
        {
            return; // nothing is there, or what is there went to another server
        }

        if (refreshHash is not null && Hash(row) == refreshHash && !record.IsPaused)
        {
            throw new BridgeException(
                ProblemCode.InvalidRequest,
                $"{entry.Name} has this very grant already, and renews it: this is the database that it comes from, or a copy. Delete the "
                    + "copy, or pause the entry in the database that is not to use it any more."
            );
        }

        if (!replace)
        {
            throw new BridgeException(
                ProblemCode.InvalidRequest,
                $"{entry.Name} has a token already (row {row.RowId}). To put the imported one in its place, add --replace."
            );
        }
    }

    private string? Hash(TokenRow row)
    {
        try
        {
            return StoredGrant.Decode(row, codec).RefreshHash;
        }
        catch (TokenUnreadableException)
        {
            return null;
        }
    }

    private static string Detail(GrantBundle bundle) => $"export {bundle.Id}";
}
