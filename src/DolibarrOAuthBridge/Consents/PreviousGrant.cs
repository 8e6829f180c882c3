// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Dolibarr.Entries;
using DolibarrOAuthBridge.Dolibarr.Tokens;
using DolibarrOAuthBridge.Grants;
using DolibarrOAuthBridge.Providers;

namespace DolibarrOAuthBridge.Consents;

/// <summary>What an entry had before a new consent, and what of it lasts.</summary>
internal sealed class PreviousGrant
{
    private readonly StoredGrant? _grant;
    private readonly GrantRecord _record;

    private PreviousGrant(StoredGrant? grant, GrantRecord record)
    {
        _grant = grant;
        _record = record;
    }

    /// <summary>The account of the grant that is stored, as far as known.</summary>
    public GrantAccount? Account =>
        GrantAccount.Parse(_record.Account) ?? (_grant is null ? null : IdTokenClaims.Read(_grant.Token.IdToken)?.Account);

    // Where another one may have taken the entry over, whose it was before.
    private GrantAccount? Owner => GrantAccount.Parse(_record.AccountBefore) ?? Account;

    /// <summary>What the row held (null if nothing that could be read) and what is remembered.</summary>
    public static PreviousGrant Of(StoredGrant? grant, GrantRecord record) => new(grant, record);

    /// <summary>The account before, where another one grants now; else null.</summary>
    public GrantAccount? AccountOtherThan(NewGrant grant) =>
        grant.Account is { } now && Owner is { } before && now.DiffersFrom(before) ? before : null;

    /// <summary>
    /// Refuses another account than the one that granted to the bridge before, unless the person meant it. What stock code
    /// stored says too little for that, and is only reported.
    /// </summary>
    /// <exception cref="BridgeException">It is another one.</exception>
    public void RequireSameAccount(OAuthEntry entry, NewGrant grant)
    {
        if (!grant.ConfirmsAccountChange && (_record.AccountBefore ?? _record.Account) is not null && AccountOtherThan(grant) is { } before)
        {
            throw new BridgeException(
                ProblemCode.AccountChanged,
                $"{entry.Name} belongs to {before}, and now {grant.Account} gave consent. Nothing was changed. "
                    + "Start again with the right account; or, to hand the entry over, start again with "
                    + "confirm_account_change."
            );
        }
    }

    /// <summary>The account that a new grant is stored as: who gave it, or where nobody says, whose refresh token is kept.</summary>
    public GrantAccount? AccountOf(NewGrant grant, bool keepsRefreshToken) => grant.Account ?? (keepsRefreshToken ? Account : null);

    /// <summary>The account to compare with once somebody tells who gave a new grant; null where there is none, or that is known.</summary>
    public GrantAccount? AccountToCompare(NewGrant grant, bool keepsRefreshToken) =>
        grant.Account is not null || grant.ConfirmsAccountChange ? null
        : keepsRefreshToken ? GrantAccount.Parse(_record.AccountBefore)
        : Owner;

    /// <summary>The new token, with the refresh token of before where the provider gave none; never with that of another account.</summary>
    public StoredToken Complete(NewGrant grant)
    {
        var token = grant.Token;
        return token.RefreshToken is null && AccountOtherThan(grant) is null && _grant?.RefreshToken is { } old
            ? token.WithRefreshToken(old)
            : token;
    }

    /// <summary>The hashes of the refresh tokens before a new one.</summary>
    public string Superseded(string? newestHash)
    {
        string?[] before = [_record.NewestHash, _grant?.RefreshHash, .. (_record.Superseded ?? string.Empty).Split(' ')];
        return string.Join(
            ' ',
            before
                .Where(hash => !string.IsNullOrEmpty(hash) && hash != newestHash)
                .Distinct(StringComparer.Ordinal)
                .Take(GrantRecord.MaxSuperseded)
        );
    }
}
