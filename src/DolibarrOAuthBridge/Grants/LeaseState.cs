// SPDX-License-Identifier: GPL-3.0-or-later

namespace DolibarrOAuthBridge.Grants;

/// <summary>What a lease is taken for.</summary>
/// <param name="RefreshHash">Hash of the refresh token that is about to be spent; null where none is, as for a consent.</param>
/// <param name="InDoubtFor">How long after another process sent that token nobody else does; zero where old refresh tokens stay
/// valid.</param>
internal sealed record LeaseWish(string? RefreshHash, TimeSpan InDoubtFor)
{
    /// <summary>A lease under which no refresh token is spent.</summary>
    public static LeaseWish ForConsent { get; } = new(null, TimeSpan.Zero);
}

/// <summary>Who holds the lease of a grant, and who spends its refresh token, by the database's clock.</summary>
/// <param name="Owner">Who holds or held the lease; null if it was given back.</param>
/// <param name="IsHeld">Whether the lease has not ended.</param>
/// <param name="IntentOwner">Who sent the refresh token to the provider and has not stored the answer; null if nobody.</param>
/// <param name="IntentAge">How long ago.</param>
internal sealed record LeaseState(string? Owner, bool IsHeld, string? IntentOwner, TimeSpan? IntentAge);
