// SPDX-License-Identifier: GPL-3.0-or-later

namespace DolibarrOAuthBridge.Providers;

/// <summary>
/// Which APIs scopes belong to. At Microsoft a token serves one API ("resource"): the part of the scope before the
/// permission's name, Graph where there is none. Elsewhere scopes belong to no API.
/// </summary>
internal static class ScopeResources
{
    // Of OpenID Connect; they go with any API.
    private static readonly string[] OfNobody = ["openid", "profile", "email", "offline_access"];

    /// <summary>The APIs in order of mention, each once, such as <c>https://outlook.office365.com</c>.</summary>
    public static IReadOnlyList<string> Of(Provider provider, IEnumerable<string> scopes)
    {
        return provider.DefaultResource is null
            ? []
            : [.. scopes.Select(scope => Of(provider, scope)).OfType<string>().Distinct(StringComparer.OrdinalIgnoreCase)];
    }

    private static string? Of(Provider provider, string scope)
    {
        if (OfNobody.Contains(scope, StringComparer.OrdinalIgnoreCase))
        {
            return null;
        }

        var slash = scope.LastIndexOf('/');
        var resource =
            slash > 0 && scope.Contains("://", StringComparison.Ordinal) ? scope[..slash].TrimEnd('/') : provider.DefaultResource!;
        return provider.ResourceAliases.GetValueOrDefault(resource, resource);
    }
}
