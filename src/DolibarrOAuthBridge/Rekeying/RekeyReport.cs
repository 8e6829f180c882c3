// SPDX-License-Identifier: GPL-3.0-or-later

namespace DolibarrOAuthBridge.Rekeying;

/// <summary>What a change of key did, or would do.</summary>
internal sealed record RekeyReport
{
    /// <summary>Whether it was done and committed.</summary>
    public required bool Applied { get; init; }

    /// <summary>How many values change, by table and column.</summary>
    public required IReadOnlyDictionary<string, int> Changed { get; init; }

    /// <summary>How many values have the new key already.</summary>
    public required int AlreadyNew { get; init; }

    /// <summary>The values left as they are, since neither key reads them.</summary>
    public required IReadOnlyList<string> LeftAlone { get; init; }

    /// <summary>What stands in the way: with it, nothing is done.</summary>
    public IReadOnlyList<string> Obstacles { get; init; } = [];

    /// <summary>What a person should know before it is done.</summary>
    public required IReadOnlyList<string> Warnings { get; init; }

    /// <summary>How many values change in all.</summary>
    public int Total => Changed.Values.Sum();
}
