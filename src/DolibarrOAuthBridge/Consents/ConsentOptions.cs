// SPDX-License-Identifier: GPL-3.0-or-later

namespace DolibarrOAuthBridge.Consents;

/// <summary>What whoever begins a consent may say about it. Not a printing record: the binding is a secret.</summary>
internal sealed class ConsentOptions
{
    /// <summary>What only the session that begins knows; null where the flow needs none.</summary>
    public string? SessionBinding { get; init; }

    /// <summary>Where the provider is to send the browser; null for the entry's own redirect URI.</summary>
    public string? RedirectUri { get; init; }

    /// <summary>The account to suggest; null for the one that granted before, if known.</summary>
    public string? LoginHint { get; init; }

    /// <summary>Whether another account than before may take the entry over.</summary>
    public bool ConfirmsAccountChange { get; init; }

    /// <summary>Whether the provider is to ask again even if there is a refresh token.</summary>
    public bool ForcesConsent { get; init; }

    /// <summary>The same options of a certain session, with a certain redirect URI.</summary>
    internal ConsentOptions With(string sessionBinding, string? redirectUri) =>
        new()
        {
            SessionBinding = sessionBinding,
            RedirectUri = redirectUri,
            LoginHint = LoginHint,
            ConfirmsAccountChange = ConfirmsAccountChange,
            ForcesConsent = ForcesConsent,
        };

    /// <inheritdoc />
    public override string ToString() => "[options of a consent]";
}
