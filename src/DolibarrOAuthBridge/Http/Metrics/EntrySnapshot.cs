// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Reports;

namespace DolibarrOAuthBridge.Http.Metrics;

/// <summary>The entries of all companies at one moment.</summary>
/// <param name="Entries">The reports; empty while the database cannot be read.</param>
/// <param name="IsDatabaseUp">Whether it could be read.</param>
internal sealed record EntrySnapshot(IReadOnlyList<EntryReport> Entries, bool IsDatabaseUp);
