// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Dolibarr.Entries;
using DolibarrOAuthBridge.Providers;

namespace DolibarrOAuthBridge.Entries;

/// <summary>What can be said of an entry's settings without asking the provider.</summary>
internal static class EntrySettings
{
    /// <summary>
    /// The settings that a refresh needs and the entry lacks, as <c>client_id</c>, <c>client_secret</c>, <c>tenant</c>,
    /// <c>url</c>.
    /// </summary>
    public static IReadOnlyList<string> Missing(OAuthEntry entry)
    {
        var provider = ProviderCatalogue.Of(entry);
        var missing = new List<string>();
        AddIf(entry.ClientId.Length == 0 && provider.Renewal != RenewalGrant.ServiceAccount, "client_id");
        AddIf(entry.ClientSecret.Length == 0 && NeedsSecret(entry), "client_secret");
        AddIf(provider.RequiredSettings.Contains("tenant") && (entry.Tenant.Length == 0 || HasUnusableTenant(entry)), "tenant");
        AddIf(provider.RequiredSettings.Contains("url") && entry.Url.Length == 0, "url");
        return missing;

        void AddIf(bool condition, string setting)
        {
            if (condition)
            {
                missing.Add(setting);
            }
        }
    }

    /// <summary>Whether the tenant stands for many directories where the provider needs one certain directory.</summary>
    public static bool HasUnusableTenant(OAuthEntry entry)
    {
        return ProviderCatalogue.Of(entry).UnusableTenants.Contains(entry.Tenant, StringComparer.OrdinalIgnoreCase);
    }

    /// <summary>What to do about such a tenant.</summary>
    public static string UsableTenant => "Put in the directory (tenant) ID or a domain of the organisation.";

    /// <summary>Why such a tenant cannot work.</summary>
    public static string UnusableTenant(OAuthEntry entry)
    {
        return $"{entry.Name.Constant("TENANT")} is {entry.Tenant}, which is no organisation's directory, and an application "
            + "that asks in its own name works in one only (AADSTS9001023).";
    }

    /// <summary>The scopes as the provider knows them.</summary>
    public static IReadOnlyList<string> Scopes(OAuthEntry entry)
    {
        var names = ProviderCatalogue.Of(entry).ScopeNames;
        return [.. entry.Scopes.Select(scope => names.GetValueOrDefault(scope, scope)).Distinct(StringComparer.Ordinal)];
    }

    /// <summary>Whether a change of settings could change a provider's mind: equal hashes mean no.</summary>
    public static string Fingerprint(OAuthEntry entry)
    {
        return SecretHash.Of(
            string.Join(
                '\n',
                entry.ClientId,
                entry.ClientSecret,
                entry.Tenant,
                entry.Url,
                string.Join(' ', entry.Scopes),
                FileVersion(entry.ClientCertificate),
                FileVersion(entry.ServiceAccount?.KeyPath),
                entry.ServiceAccount?.Subject
            )
        )!;
    }

    /// <summary>Fails with what is missing, and where it is set.</summary>
    /// <exception cref="BridgeException">Something is missing.</exception>
    public static void RequireComplete(OAuthEntry entry)
    {
        if (HasUnusableTenant(entry))
        {
            throw new BridgeException(ProblemCode.EntryIncomplete, $"{entry.Name}: {UnusableTenant(entry)} {UsableTenant}");
        }

        if (entry.ClientSecretProblem is { } problem && NeedsSecret(entry))
        {
            throw new BridgeException(ProblemCode.EntryIncomplete, $"The client secret of {entry.Name} cannot be read. {problem}");
        }

        if (Missing(entry) is { Count: > 0 } missing)
        {
            throw new BridgeException(
                ProblemCode.EntryIncomplete,
                $"{entry.Name} lacks "
                    + string.Join(" and ", missing.Select(setting => $"{setting} ({entry.Name.Constant(Ending(setting))})"))
                    + ". Complete it in Dolibarr's OAuth setup."
            );
        }
    }

    /// <summary>Whether the client authenticates by its secret.</summary>
    public static bool NeedsSecret(OAuthEntry entry) =>
        entry.ClientCertificate is null && !entry.IsPublicClient && ProviderCatalogue.Of(entry).Renewal != RenewalGrant.ServiceAccount;

    // A certificate or key renewed in its place is another one under the same name.
    private static string FileVersion(string? path) => path is null ? string.Empty : $"{path} {File.GetLastWriteTimeUtc(path).Ticks}";

    private static string Ending(string setting) =>
        setting switch
        {
            "client_id" => "ID",
            "client_secret" => "SECRET",
            _ => setting.ToUpperInvariant(),
        };
}
