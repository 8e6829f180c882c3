// SPDX-License-Identifier: GPL-3.0-or-later

namespace DolibarrOAuthBridge.Dolibarr.Tokens;

/// <summary>
/// When an access token ends, as <c>OAuth\Common\Token\AbstractToken::$endOfLife</c> holds it.
/// </summary>
/// <param name="Value">Seconds since 1970-01-01 UTC, or -9001 for unknown, or -9002 for never.</param>
public readonly record struct EndOfLife(long Value)
{
    private static readonly long First = DateTimeOffset.MinValue.ToUnixTimeSeconds();
    private static readonly long Last = DateTimeOffset.MaxValue.ToUnixTimeSeconds();

    /// <summary>The provider did not say.</summary>
    public static EndOfLife Unknown { get; } = new(-9001);

    /// <summary>The token does not expire.</summary>
    public static EndOfLife Never { get; } = new(-9002);

    /// <summary>Whether the token does not expire.</summary>
    public bool IsNever => this == Never;

    /// <summary>Whether nobody knows when the token expires.</summary>
    public bool IsUnknown => this == Unknown;

    /// <summary>
    /// The moment of expiry, to the second; null where it is never or unknown. A stored value beyond what a
    /// <see cref="DateTimeOffset"/> can hold gives the nearest one.
    /// </summary>
    public DateTimeOffset? ExpiresAt => IsNever || IsUnknown ? null : DateTimeOffset.FromUnixTimeSeconds(Math.Clamp(Value, First, Last));

    /// <summary>
    /// The end of life at a moment, cut to the second. A moment before 1970 counts as 1970, so that none is taken for never or
    /// unknown.
    /// </summary>
    public static EndOfLife At(DateTimeOffset expiresAt) => new(Math.Max(0, expiresAt.ToUnixTimeSeconds()));
}
