// SPDX-License-Identifier: GPL-3.0-or-later

using System.Text.Json.Serialization;
using DolibarrOAuthBridge.Reports;

namespace DolibarrOAuthBridge.Consents;

/// <summary>How a consent goes on. Each flow fills its own members; the others are left out of the answer.</summary>
public sealed record ConsentStarted
{
    /// <summary>Asks how the consent stands; none where nothing is pending.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? ConsentId { get; init; }

    /// <summary>Code: where to send the browser.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? AuthorizationUrl { get; init; }

    /// <summary>Code: the <c>state</c> parameter within that address.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? State { get; init; }

    /// <summary>Device: what the person types.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? UserCode { get; init; }

    /// <summary>Device: where the person types it.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? VerificationUri { get; init; }

    /// <summary>Device: the same with the code in it; without it where the provider has no such address.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? VerificationUriComplete { get; init; }

    /// <summary>Device: seconds between two looks at the consent.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? Interval { get; init; }

    /// <summary>Seconds that the person has.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? ExpiresIn { get; init; }

    /// <summary>Client credentials: the entry.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Entry { get; init; }

    /// <summary>Client credentials: the status of its token.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Status { get; init; }

    /// <summary>Client credentials: its token.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public TokenReport? Token { get; init; }

    /// <inheritdoc />
    public override string ToString() => $"[consent {ConsentId}]";
}
