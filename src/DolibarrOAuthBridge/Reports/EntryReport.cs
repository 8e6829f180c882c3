// SPDX-License-Identifier: GPL-3.0-or-later

namespace DolibarrOAuthBridge.Reports;

/// <summary>Everything about an entry that may be shown: no token, no secret.</summary>
public sealed record EntryReport
{
    /// <summary>The entry's name, such as <c>GOOGLE-Mail</c>.</summary>
    public required string Entry { get; init; }

    /// <summary>Its name in the token table, such as <c>Google-Mail</c>.</summary>
    public required string Service { get; init; }

    /// <summary>The provider, such as <c>Google</c>.</summary>
    public required string Provider { get; init; }

    /// <summary>What the admin called it; empty if nothing.</summary>
    public required string Label { get; init; }

    /// <summary>The company.</summary>
    public required int Entity { get; init; }

    /// <summary>The scopes as configured in Dolibarr.</summary>
    public required IReadOnlyList<string> Scopes { get; init; }

    /// <summary>The OAuth client identifier.</summary>
    public required string ClientId { get; init; }

    /// <summary>The redirect URI to register at the provider; null where conf.php does not say Dolibarr's URL.</summary>
    public string? RedirectUri { get; init; }

    /// <summary>Whether no setting is missing.</summary>
    public required bool Complete { get; init; }

    /// <summary>The settings that are missing.</summary>
    public required IReadOnlyList<string> Missing { get; init; }

    /// <summary>
    /// The flows that its provider offers for its scopes: <c>code</c>, <c>device</c>, <c>client_credentials</c>.
    /// </summary>
    public required IReadOnlyList<string> Flows { get; init; }

    /// <summary>
    /// Whether it stays without a token, or will soon, until a person has done something: complete the settings, consent, repair
    /// the row.
    /// </summary>
    public required bool NeedsPerson { get; init; }

    /// <summary>Whether a person keeps it from being renewed. A token that lives is handed out.</summary>
    public required bool Paused { get; init; }

    /// <summary>Its token.</summary>
    public required TokenReport Token { get; init; }

    /// <summary>What someone should look at.</summary>
    public required IReadOnlyList<EntryWarning> Warnings { get; init; }
}
