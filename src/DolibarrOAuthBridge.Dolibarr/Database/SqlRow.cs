// SPDX-License-Identifier: GPL-3.0-or-later

using System.Data.Common;
using System.Globalization;
using System.Text;

namespace DolibarrOAuthBridge.Dolibarr.Database;

/// <summary>
/// The current row of a result, read by column name. Each value is converted to what the caller asks for, because the same column
/// is an <c>int</c>, a <c>bigint</c> or a <c>boolean</c> on one database server or another.
/// </summary>
public readonly struct SqlRow
{
    private readonly DbDataReader _reader;

    internal SqlRow(DbDataReader reader) => _reader = reader;

    /// <summary>The first column, for statements such as <c>SHOW GRANTS</c> whose column has no fixed name.</summary>
    public string FirstText => Text(_reader.GetName(0));

    /// <summary>A text that is never null; a null reads as empty.</summary>
    /// <param name="column">The column's name or alias.</param>
    public string Text(string column) => TextOrNull(column) ?? string.Empty;

    /// <summary>A text or null.</summary>
    /// <param name="column">The column's name or alias.</param>
    public string? TextOrNull(string column) =>
        Value(column) switch
        {
            null => null,
            string text => text,
            bool flag => flag ? "1" : "0", // the driver's reading of TINYINT(1)
            byte[] bytes => Encoding.UTF8.GetString(bytes),
            var other => Convert.ToString(other, CultureInfo.InvariantCulture),
        };

    /// <summary>A whole number; a null reads as 0.</summary>
    /// <param name="column">The column's name or alias.</param>
    public int Number(string column) => NumberOrNull(column) ?? 0;

    /// <summary>A whole number or null.</summary>
    /// <param name="column">The column's name or alias.</param>
    public int? NumberOrNull(string column) => Value(column) is { } value ? Convert.ToInt32(value, CultureInfo.InvariantCulture) : null;

    /// <summary>A large whole number; a null reads as 0.</summary>
    /// <param name="column">The column's name or alias.</param>
    public long BigNumber(string column) => BigNumberOrNull(column) ?? 0;

    /// <summary>A large whole number or null.</summary>
    /// <param name="column">The column's name or alias.</param>
    public long? BigNumberOrNull(string column) => Value(column) is { } value ? Convert.ToInt64(value, CultureInfo.InvariantCulture) : null;

    /// <summary>Whether a condition or a flag is true; a null reads as false.</summary>
    /// <param name="column">The column's name or alias.</param>
    public bool Boolean(string column) => Value(column) is { } value && Convert.ToBoolean(value, CultureInfo.InvariantCulture);

    /// <summary>A time that is never null. The bridge's own columns hold UTC.</summary>
    /// <param name="column">The column's name or alias.</param>
    public DateTime Time(string column) => TimeOrNull(column) ?? default;

    /// <summary>A time or null. The bridge's own columns hold UTC.</summary>
    /// <param name="column">The column's name or alias.</param>
    public DateTime? TimeOrNull(string column) =>
        Value(column) is { } value ? Convert.ToDateTime(value, CultureInfo.InvariantCulture) : null;

    private object? Value(string column)
    {
        var value = _reader.GetValue(_reader.GetOrdinal(column));
        return value is DBNull ? null : value;
    }
}
