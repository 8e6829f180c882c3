// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Dolibarr.Tokens;
using DolibarrOAuthBridge.Providers;

namespace DolibarrOAuthBridge.Consents;

/// <summary>A grant fresh from the provider, to be stored by <see cref="GrantStore"/>. Not a printing record: it holds tokens.</summary>
internal sealed class NewGrant
{
    /// <summary>The token as Dolibarr is to store it, of this answer alone: a refresh token of before is added by the store.</summary>
    public required StoredToken Token { get; init; }

    /// <summary>When the refresh token ends, UTC, where the provider said so.</summary>
    public DateTime? RefreshTokenExpiresAt { get; init; }

    /// <summary>Who granted, where the provider said so.</summary>
    public GrantAccount? Account { get; init; }

    /// <summary>Whether the person knows that another account than before may grant now.</summary>
    public bool ConfirmsAccountChange { get; init; }

    /// <summary>A grant out of a token endpoint's answer.</summary>
    /// <param name="response">The answer.</param>
    /// <param name="provider">Says what a missing lifetime means.</param>
    /// <param name="now">When the answer came.</param>
    /// <param name="account">Who granted; null if unknown.</param>
    /// <param name="confirmsAccountChange">See <see cref="ConfirmsAccountChange"/>.</param>
    public static NewGrant Of(
        TokenResponse response,
        Provider provider,
        DateTimeOffset now,
        GrantAccount? account,
        bool confirmsAccountChange
    )
    {
        return new NewGrant
        {
            Token = response.ToStoredToken(null, provider.MissingExpiry, now),
            RefreshTokenExpiresAt = response.RefreshTokenExpiresIn is { } lifetime ? (now + lifetime).UtcDateTime : null,
            Account = account,
            ConfirmsAccountChange = confirmsAccountChange,
        };
    }

    /// <inheritdoc />
    public override string ToString() => "[new grant]";
}
