// SPDX-License-Identifier: GPL-3.0-or-later

namespace DolibarrOAuthBridge.Dolibarr.Entries;

/// <summary>What the configuration of whoever uses this library says of entries, beside Dolibarr's own settings.</summary>
public sealed record EntrySupplements
{
    /// <summary>Looks up <see cref="OAuthEntry.ClientCertificate"/>; no entry has one by default.</summary>
    public Func<EntryName, string?> Certificate { get; init; } = static _ => null;

    /// <summary>Looks up <see cref="OAuthEntry.IsPublicClient"/>; no entry is one by default.</summary>
    public Func<EntryName, bool> IsPublic { get; init; } = static _ => false;

    /// <summary>Looks up <see cref="OAuthEntry.ServiceAccount"/>; no entry has one by default.</summary>
    public Func<EntryName, ServiceAccount?> ServiceAccount { get; init; } = static _ => null;

    /// <summary>Looks up <see cref="OAuthEntry.IsAppOnly"/>; no entry is so by default.</summary>
    public Func<EntryName, bool> IsAppOnly { get; init; } = static _ => false;
}
