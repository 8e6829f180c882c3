// SPDX-License-Identifier: GPL-3.0-or-later

namespace DolibarrOAuthBridge.Storage;

/// <summary>What <c>init</c> did.</summary>
internal sealed record InitReport
{
    /// <summary>The tables made or upgraded; empty if all were there.</summary>
    public required IReadOnlyList<SchemaChange> Changes { get; init; }

    /// <summary>Why the views for people could not be made; null if they were, or were not wanted.</summary>
    public string? ViewsProblem { get; init; }

    /// <summary>Whether the API key was made now.</summary>
    public required bool ApiKeyMade { get; init; }

    /// <summary>The API key, where it was to be revealed.</summary>
    public string? ApiKey { get; init; }

    /// <inheritdoc />
    public override string ToString() => $"init: {Changes.Count} tables changed";
}
