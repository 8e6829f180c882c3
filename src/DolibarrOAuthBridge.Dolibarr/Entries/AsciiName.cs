// SPDX-License-Identifier: GPL-3.0-or-later

namespace DolibarrOAuthBridge.Dolibarr.Entries;

/// <summary>
/// Comparison of names as Dolibarr means them: ASCII case does not matter, everything else does.
/// The database's collation also equates accents and trailing spaces, so what it returns is compared again with this.
/// </summary>
public static class AsciiName
{
    /// <summary>Whether two names are the same name.</summary>
    public static bool AreSame(string? left, string? right)
    {
        if (left is null || right is null || left.Length != right.Length)
        {
            return left is null && right is null;
        }

        for (var index = 0; index < left.Length; index++)
        {
            if (ToLower(left[index]) != ToLower(right[index]))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>A hash code that is equal for names that are the same.</summary>
    public static int HashOf(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        var hash = default(HashCode);
        foreach (var character in name)
        {
            hash.Add(ToLower(character));
        }

        return hash.ToHashCode();
    }

    /// <summary>The one spelling of all names that are the same.</summary>
    public static string Fold(string name) => new([.. name.Select(ToLower)]);

    private static char ToLower(char character) => char.IsAsciiLetterUpper(character) ? (char)(character | 0x20) : character;
}
