// SPDX-License-Identifier: GPL-3.0-or-later

namespace DolibarrOAuthBridge.Storage;

/// <summary>What <c>init</c> did.</summary>
internal sealed record InitReport
{
    /// <summary>The tables made or upgraded; empty if all were there.</summary>
    public required IReadOnlyList<SchemaChange> Changes { get; init; }

    /// <summary>Whether everything is as it should be now.</summary>
    public bool Complete => Changes.All(static change => change.Failed.Count == 0);

    /// <summary>Views that an older version had made and that are gone now, with their prefix.</summary>
    public IReadOnlyList<string> DroppedViews { get; init; } = [];

    /// <summary>Whether the API key was made now.</summary>
    public required bool ApiKeyMade { get; init; }

    /// <summary>The API key, where it was to be revealed.</summary>
    public string? ApiKey { get; init; }

    /// <inheritdoc />
    public override string ToString() => $"init: {Changes.Count} tables changed";
}

/// <summary>What <c>init</c> would do.</summary>
/// <param name="Statements">The SQL that would be run.</param>
/// <param name="ApiKeyMissing">Whether an API key would be made.</param>
internal sealed record InitPlan(IReadOnlyList<string> Statements, bool ApiKeyMissing);
