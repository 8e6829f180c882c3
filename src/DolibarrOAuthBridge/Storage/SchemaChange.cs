// SPDX-License-Identifier: GPL-3.0-or-later

namespace DolibarrOAuthBridge.Storage;

/// <summary>What was done to one of the bridge's own tables.</summary>
/// <param name="Table">The table without the prefix, such as <c>oauthbridge_grant</c>.</param>
/// <param name="From">The schema version it had; 0 where it was made now.</param>
/// <param name="To">The schema version it has.</param>
internal sealed record SchemaChange(string Table, int From, int To)
{
    /// <summary>Columns and keys that the table had lost and that were made again.</summary>
    public IReadOnlyList<string> Repaired { get; init; } = [];

    /// <summary>What could not be made again, with the reason.</summary>
    public IReadOnlyList<string> Failed { get; init; } = [];

    /// <summary>Whether the table was made now.</summary>
    public bool IsNew => From == 0;
}
