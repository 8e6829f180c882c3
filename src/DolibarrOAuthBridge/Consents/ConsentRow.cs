// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Grants;
using DolibarrOAuthBridge.Providers;

namespace DolibarrOAuthBridge.Consents;

/// <summary>A row of <c>oauthbridge_consent</c> as it was read. Its data is encrypted; see <see cref="ConsentTable.Open{T}"/>.</summary>
internal sealed class ConsentRow
{
    /// <summary>What identifies it to callers: 32 hexadecimal digits, of 128 random bits.</summary>
    public required string ConsentId { get; init; }

    /// <summary>One of <see cref="ConsentFlows"/>.</summary>
    public required string Flow { get; init; }

    /// <summary>The entry's service name and company.</summary>
    public required GrantKey Key { get; init; }

    /// <summary>One of <see cref="ConsentStatus"/>; a consent whose time is over reads as expired, whatever the column says.</summary>
    public required string Status { get; init; }

    /// <summary>Why it was denied, or the flow's own note; null if nothing. Never a secret.</summary>
    public string? Detail { get; init; }

    /// <summary>When the person's time is over, UTC.</summary>
    public required DateTime ExpiresAt { get; init; }

    /// <summary>The encrypted data.</summary>
    public required string Data { get; init; }

    /// <summary>This row with other data.</summary>
    internal ConsentRow With(string data) =>
        new()
        {
            ConsentId = ConsentId,
            Flow = Flow,
            Key = Key,
            Status = Status,
            Detail = Detail,
            ExpiresAt = ExpiresAt,
            Data = data,
        };

    /// <inheritdoc />
    public override string ToString() => $"{Flow} of {Key.Service}, entity {Key.Entity}: {Status}";
}
