namespace DolibarrOAuthBridge.Tokens;

/// <summary>What a refresh must achieve for whoever asked.</summary>
/// <param name="Lifetime">A token in the row that lives this long makes the refresh needless.</param>
/// <param name="SeenValue">For a forced refresh, the row's value that the caller wants replaced; null if not forced.</param>
public sealed record RefreshDemand(TimeSpan Lifetime, string? SeenValue = null)
{
    /// <summary>Whether a token that still lives is to be replaced all the same.</summary>
    public bool IsForced => SeenValue is not null;

    /// <summary>Whether what stands in the row now is good enough. A forced refresh is satisfied by somebody else's.</summary>
    public bool IsMetBy(StoredGrant grant, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(grant);
        return grant.LivesFor(Lifetime, now) && grant.Row.Value != SeenValue;
    }

    /// <inheritdoc />
    public override string ToString() => $"{Lifetime}, forced: {IsForced}";
}
