// SPDX-License-Identifier: GPL-3.0-or-later

namespace DolibarrOAuthBridge.Providers;

/// <summary>What an admin does at a provider to get an application for an entry, and what its values look like. For people.</summary>
internal sealed record ApplicationFacts
{
    /// <summary>What to do there, in this order; <c>{redirect_uri}</c> stands for the entry's own.</summary>
    public required IReadOnlyList<string> Steps { get; init; }

    /// <summary>How every client ID ends; empty where nothing is known.</summary>
    public string ClientIdEnding { get; init; } = string.Empty;

    /// <summary>Whether client IDs are GUIDs.</summary>
    public bool ClientIdsAreGuids { get; init; }

    /// <summary>The scopes to propose beside those of a purpose, as Dolibarr's own page names them.</summary>
    public IReadOnlyList<string> Scopes { get; init; } = ["openid", "email"];

    /// <summary>What is wrong with a client ID; null if nothing is.</summary>
    public string? FindProblem(string clientId) =>
        !clientId.EndsWith(ClientIdEnding, StringComparison.Ordinal) ? $"A client ID of this provider ends in {ClientIdEnding}."
        : ClientIdsAreGuids && !Guid.TryParseExact(clientId, "D", out _)
            ? "A client ID of this provider is a GUID: the application (client) ID."
        : null;
}
