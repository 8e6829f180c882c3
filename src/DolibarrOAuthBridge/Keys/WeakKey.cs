// SPDX-License-Identifier: GPL-3.0-or-later

namespace DolibarrOAuthBridge.Keys;

/// <summary>Whether a key is too easy to guess: whoever has a copy of the database can try keys as fast as a computer can.</summary>
internal static class WeakKey
{
    private const int FewestBytes = 20;
    private const int FewestDifferent = 10;

    // The key of the public container image, and of an example.
    private static readonly string[] Public = ["myinstanceuniquekey", "0123456789"];

    /// <summary>Whether everybody knows the key.</summary>
    public static bool IsPublic(ReadOnlySpan<byte> key)
    {
        var text = System.Text.Encoding.UTF8.GetString(key);
        return Public.Any(known => text.Equals(known, StringComparison.OrdinalIgnoreCase));
    }

    /// <summary>Why a key is weak; null if it is not.</summary>
    public static string? Reason(ReadOnlySpan<byte> key)
    {
        var different = new HashSet<byte>(key.ToArray()).Count;
        return IsPublic(key) ? "it is a publicly known one"
            : key.Length < FewestBytes ? $"it has {key.Length} bytes, and {FewestBytes} are the least"
            : different < FewestDifferent ? $"it is made of {different} different characters only"
            : null;
    }
}
