// SPDX-License-Identifier: GPL-3.0-or-later

using System.Text.Json.Serialization;
using DolibarrOAuthBridge.Reports;

namespace DolibarrOAuthBridge.Consents;

/// <summary>What a finished consent brought.</summary>
public sealed record ConsentResult
{
    /// <summary>The entry, such as <c>GOOGLE-Mail</c>.</summary>
    public required string Entry { get; init; }

    /// <summary>Its token, without the token itself.</summary>
    public required TokenReport Token { get; init; }

    /// <summary>The account that granted, where the provider says so.</summary>
    public string? Account { get; init; }

    /// <summary>The account before, where another one took the entry over.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? PreviousAccount { get; init; }

    /// <summary>What a person should look at: of the entry, and of this consent.</summary>
    public required IReadOnlyList<EntryWarning> Warnings { get; init; }
}
