// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Dolibarr.Entries;
using DolibarrOAuthBridge.Dolibarr.Tokens;
using DolibarrOAuthBridge.Entries;
using DolibarrOAuthBridge.Grants;
using DolibarrOAuthBridge.Providers;

namespace DolibarrOAuthBridge.Reports;

/// <summary>Everything known of an entry without asking its provider.</summary>
internal sealed class EntryFacts
{
    /// <summary>Its settings.</summary>
    public required OAuthEntry Entry { get; init; }

    /// <summary>Its rows.</summary>
    public required TokenLookup Lookup { get; init; }

    /// <summary>Its only row, decoded; null if there is none or it cannot be read.</summary>
    public StoredGrant? Grant { get; init; }

    /// <summary>Why its only row cannot be read; null if it can.</summary>
    public TokenUnreadableException? Unreadable { get; init; }

    /// <summary>What is remembered of it.</summary>
    public GrantRecord Memory { get; init; } = new();

    /// <summary>What Dolibarr uses it for.</summary>
    public IReadOnlyList<EntryUse> Uses { get; init; } = [];

    /// <summary>Its client certificate; null if it has none.</summary>
    public CertificateReport? Certificate { get; init; }

    /// <summary>Its service account's key; null if it has none.</summary>
    public CertificateReport? ServiceAccountKey { get; init; }

    /// <summary>The redirect URI; null where nobody says it.</summary>
    public string? RedirectUri { get; init; }

    /// <summary>Dolibarr's public URL by conf.php; null where it does not say.</summary>
    public string? SiteUrl { get; init; }

    /// <summary>Why the server's metadata could not be had, each URL that was asked; null where it could, or was not asked for.</summary>
    public DiscoveryProblem? DiscoveryProblem { get; init; }

    /// <summary>What the names of the database's tables begin with.</summary>
    public string TablePrefix { get; init; } = string.Empty;

    /// <summary>The present.</summary>
    public required DateTimeOffset Now { get; init; }

    /// <summary>Its provider.</summary>
    public Provider Provider => ProviderCatalogue.Of(Entry);
}
