// SPDX-License-Identifier: GPL-3.0-or-later

using System.Text.Json.Serialization;
using DolibarrOAuthBridge.Reports;

namespace DolibarrOAuthBridge.Consents;

/// <summary>How a consent stands.</summary>
public sealed record ConsentState
{
    /// <summary>What identifies it.</summary>
    public required string ConsentId { get; init; }

    /// <summary><c>pending</c>, <c>granted</c>, <c>denied</c> or <c>expired</c>.</summary>
    public required string Status { get; init; }

    /// <summary>The flow: <c>code</c> or <c>device</c>.</summary>
    public required string Flow { get; init; }

    /// <summary>The service name of the entry.</summary>
    public required string Service { get; init; }

    /// <summary>Why it was denied.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Detail { get; init; }

    /// <summary>When the person's time is over.</summary>
    public required DateTimeOffset ExpiresAt { get; init; }

    /// <summary>The entry's token, once granted.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public TokenReport? Token { get; init; }
}
