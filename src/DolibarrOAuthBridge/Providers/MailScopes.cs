namespace DolibarrOAuthBridge.Providers;

/// <summary>Whether what was granted is enough for mail.</summary>
public static class MailScopes
{
    /// <summary>The scopes for mail that were asked for and not granted.</summary>
    /// <param name="provider">The provider, whose mail scopes are known.</param>
    /// <param name="asked">The scopes asked for, as the provider knows them.</param>
    /// <param name="granted">The <c>scope</c> of the answer; null where it does not say, which means all that were asked for.</param>
    public static IReadOnlyList<string> Missing(Provider provider, IEnumerable<string> asked, string? granted)
    {
        ArgumentNullException.ThrowIfNull(provider);
        if (granted is null)
        {
            return [];
        }

        var names = granted.Split([' ', ','], StringSplitOptions.RemoveEmptyEntries).Select(LastPart).ToHashSet(StringComparer.OrdinalIgnoreCase);
        return [.. asked.Where(scope => provider.MailScopes.Contains(LastPart(scope), StringComparer.OrdinalIgnoreCase) && !names.Contains(LastPart(scope)))];
    }

    // Providers name a scope with or without the API before it, and with or without a slash behind.
    private static string LastPart(string scope)
    {
        var trimmed = scope.TrimEnd('/');
        return trimmed[(trimmed.LastIndexOf('/') + 1)..];
    }
}
