// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Grants;

namespace DolibarrOAuthBridge.Tokens;

/// <summary>What a refresh must achieve for whoever asked.</summary>
/// <param name="Lifetime">A token in the row that lives this long makes the refresh needless.</param>
/// <param name="SeenValue">For a forced refresh, the row's value that the caller wants replaced; null if not forced.</param>
internal sealed record RefreshDemand(TimeSpan Lifetime, string? SeenValue = null)
{
    /// <summary>Whether somebody waits for it; false for a renewal in the background.</summary>
    public bool IsAwaited { get; init; } = true;

    /// <summary>Whether to send a refresh token although another process may have spent it, as a person decided.</summary>
    public bool EvenIfSpent { get; init; }

    /// <summary>Whether a token that still lives is to be replaced all the same.</summary>
    public bool IsForced => SeenValue is not null;

    /// <summary>Whether what stands in the row now is good enough. A forced refresh is satisfied by somebody else's.</summary>
    public bool IsMetBy(StoredGrant grant, DateTimeOffset now)
    {
        return grant.LivesFor(Lifetime, now) && grant.Row.Value != SeenValue;
    }

    /// <summary>Whether a refresh for this demand does all that another demand could ask of a refresh.</summary>
    public bool Covers(RefreshDemand other)
    {
        return Lifetime >= other.Lifetime
            && (!other.IsForced || SeenValue == other.SeenValue)
            && (IsAwaited || !other.IsAwaited)
            && (EvenIfSpent || !other.EvenIfSpent);
    }

    /// <summary>
    /// The demand as far as the provider can meet it: where its tokens live hardly longer than is asked for, a token in the
    /// first half of its life is as fresh as it gets, and asking at every call would bring no better one.
    /// </summary>
    public RefreshDemand AsFarAsPossible(StoredGrant grant, GrantRecord record, DateTimeOffset now)
    {
        if (grant.ExpiresAt is not { } end || record.RefreshedAt is not { } refreshedAt || refreshedAt > now.UtcDateTime)
        {
            return this;
        }

        var whole = end.UtcDateTime - refreshedAt;
        return whole > TimeSpan.Zero && Lifetime >= whole * 0.95 ? this with { Lifetime = whole / 2 } : this;
    }

    /// <inheritdoc />
    public override string ToString() => $"{Lifetime}, forced: {IsForced}";
}
