// SPDX-License-Identifier: GPL-3.0-or-later

using System.Text.Json.Serialization;

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

    /// <summary>What <see cref="RequireNoObstacle"/> calls the failure: one of <see cref="RekeyProblemCode"/>.</summary>
    [JsonIgnore]
    public string ObstacleCode { get; init; } = RekeyProblemCode.Refused;

    /// <summary>What a person should know before it is done.</summary>
    public required IReadOnlyList<string> Warnings { get; init; }

    /// <summary>How many values change in all.</summary>
    public int Total => Changed.Values.Sum();

    /// <summary>Refuses where something stands in the way.</summary>
    /// <exception cref="BridgeException">Something does.</exception>
    public void RequireNoObstacle()
    {
        if (Obstacles.Count > 0)
        {
            throw new BridgeException(ObstacleCode, $"{string.Join(' ', Obstacles)} Nothing was changed.");
        }
    }
}
