// SPDX-License-Identifier: GPL-3.0-or-later

namespace DolibarrOAuthBridge.Dolibarr.Database;

/// <summary>Patterns of SQL's LIKE, written with <c>ESCAPE '|'</c>, which means the same in every SQL mode.</summary>
public static class LikePattern
{
    /// <summary>A text that stands for itself in a pattern.</summary>
    public static string Literal(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return text.Replace("|", "||", StringComparison.Ordinal)
            .Replace("_", "|_", StringComparison.Ordinal)
            .Replace("%", "|%", StringComparison.Ordinal);
    }
}
