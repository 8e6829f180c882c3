// SPDX-License-Identifier: GPL-3.0-or-later

namespace DolibarrOAuthBridge.Rekeying;

/// <summary>A table in whose columns Dolibarr or the bridge keeps encrypted values.</summary>
/// <param name="Name">The table with its prefix.</param>
/// <param name="Columns">Its columns of text.</param>
/// <param name="HasTimestamp">Whether it has <c>tms</c>, which a change of key leaves alone: the content stays the same.</param>
/// <param name="IsTransactional">Whether its engine can take a change back.</param>
internal sealed record EncryptedTable(string Name, IReadOnlyList<string> Columns, bool HasTimestamp, bool IsTransactional);
