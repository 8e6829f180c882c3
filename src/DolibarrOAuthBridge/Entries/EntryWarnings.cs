using DolibarrOAuthBridge.Dolibarr.Entries;
using DolibarrOAuthBridge.Dolibarr.Tokens;
using DolibarrOAuthBridge.Grants;
using DolibarrOAuthBridge.Providers;
using DolibarrOAuthBridge.Tokens;

namespace DolibarrOAuthBridge.Entries;

/// <summary>What a person should look at, found without asking the provider.</summary>
public static class EntryWarnings
{
    private const int LongestService = 36; // llx_oauth_token.service

    /// <summary>The warnings of an entry.</summary>
    public static IReadOnlyList<EntryWarning> Of(OAuthEntry entry, TokenLookup lookup, StoredGrant? grant, string? unreadable, GrantRecord memory, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(entry);
        ArgumentNullException.ThrowIfNull(lookup);
        ArgumentNullException.ThrowIfNull(memory);
        var warnings = new List<EntryWarning>();
        AddSettings(warnings, entry);
        if (lookup.IsDuplicate)
        {
            warnings.Add(new("duplicate_rows", $"The rows {string.Join(" and ", lookup.Rows.Select(row => row.RowId))} both belong to this entry. Delete the one that is not in use; nothing is written until then."));
        }

        if (unreadable is not null)
        {
            warnings.Add(new("token_unreadable", unreadable));
        }

        if (grant is not null)
        {
            AddGrant(warnings, entry, grant, memory, now);
        }

        return warnings;
    }

    private static void AddSettings(List<EntryWarning> warnings, OAuthEntry entry)
    {
        if (entry.ClientSecretProblem is { } problem)
        {
            warnings.Add(new("client_secret_unreadable", problem));
        }

        foreach (var setting in EntrySettings.Missing(entry))
        {
            if (setting != "client_secret" || entry.ClientSecretProblem is null)
            {
                warnings.Add(new($"{setting}_missing", $"The entry has no {setting.Replace('_', ' ')}: complete it in Dolibarr's OAuth setup."));
            }
        }

        if (entry.Name.Service.Length > LongestService)
        {
            warnings.Add(new("label_too_long", $"The service name {entry.Name.Service} has {entry.Name.Service.Length} characters and Dolibarr's table holds {LongestService}: give the entry a shorter label."));
        }
    }

    private static void AddGrant(List<EntryWarning> warnings, OAuthEntry entry, StoredGrant grant, GrantRecord memory, DateTimeOffset now)
    {
        if (grant.RefreshHash is not null && grant.RefreshHash == memory.DeadHash)
        {
            warnings.Add(new("consent_required", "The provider no longer accepts this grant: give consent again."));
        }
        else if (!grant.NeverExpires && !grant.IsRenewableAt(ProviderCatalogue.Of(entry.Name)))
        {
            warnings.Add(new("no_refresh_token", "There is no refresh token, so the access token cannot be renewed: give consent again, at Microsoft with the scope offline_access."));
        }

        if (MailScopes.Missing(ProviderCatalogue.Of(entry.Name), EntrySettings.Scopes(entry), grant.Token.Scope) is { Count: > 0 } missing)
        {
            warnings.Add(new("scope_not_granted", $"The provider granted less than mail needs: {string.Join(" and ", missing)} is missing. Give consent again and tick every box, or allow the scope at the provider."));
        }

        if (memory.RefreshTokenExpiresAt is { } end && end - now.UtcDateTime < TimeSpan.FromDays(3))
        {
            warnings.Add(new("refresh_token_ending", $"The provider lets the refresh token live until {end:yyyy-MM-dd HH:mm} UTC: give consent again before. A Google application in Testing has seven days; publish it to end that."));
        }
    }
}
