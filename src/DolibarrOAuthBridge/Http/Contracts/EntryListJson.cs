// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Reports;

namespace DolibarrOAuthBridge.Http.Contracts;

/// <summary>The entries of a company.</summary>
/// <param name="Entries">The reports, ordered by name.</param>
public sealed record EntryListJson(IReadOnlyList<EntryReport> Entries);
