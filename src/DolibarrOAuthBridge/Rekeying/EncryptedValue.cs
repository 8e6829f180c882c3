// SPDX-License-Identifier: GPL-3.0-or-later

namespace DolibarrOAuthBridge.Rekeying;

/// <summary>One encrypted value where it stands. It prints nothing of the value.</summary>
/// <param name="Table">The table.</param>
/// <param name="Column">The column of the table.</param>
/// <param name="RowId">The row.</param>
/// <param name="Stored">The value as it stands.</param>
internal sealed record EncryptedValue(EncryptedTable Table, string Column, long RowId, string Stored)
{
    /// <summary>Where it is, as <c>llx_const.value, row 73</c>.</summary>
    public string Place => $"{Table.Name}.{Column}, row {RowId}";

    /// <inheritdoc />
    public override string ToString() => Place;
}
