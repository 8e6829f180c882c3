// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Dolibarr.Entries;

namespace DolibarrOAuthBridge.Providers;

/// <summary>A scope that a purpose needs at a provider.</summary>
/// <param name="Purpose">The purpose.</param>
/// <param name="Scope">The scope to ask for.</param>
/// <param name="Others">Others that do as well; one that begins with <c>/</c> is a permission's name at any API but the default
/// one.</param>
internal sealed record ScopeNeed(EntryPurpose Purpose, string Scope, params IReadOnlyList<string> Others)
{
    /// <summary>Whether one of the scopes, as the provider spells them, is enough.</summary>
    public bool IsMetBy(Provider provider, IEnumerable<string> scopes)
    {
        return scopes.Any(scope =>
            Is(scope, Scope) || Others.Any(other => other.StartsWith('/') ? IsPermission(provider, scope, other) : Is(scope, other))
        );
    }

    private static bool Is(string left, string right) => string.Equals(left, right, StringComparison.OrdinalIgnoreCase);

    private static bool IsPermission(Provider provider, string scope, string permission) =>
        scope.EndsWith(permission, StringComparison.OrdinalIgnoreCase)
        && (provider.DefaultResource is null || !scope.StartsWith(provider.DefaultResource, StringComparison.OrdinalIgnoreCase));
}
