// SPDX-License-Identifier: GPL-3.0-or-later

using System.Text.Json.Serialization;

namespace DolibarrOAuthBridge.Consents;

/// <summary>What a consent by code must remember between the redirect and the callback.</summary>
internal sealed record CodeConsent : PendingAuthorization
{
    /// <summary>Whether the answer must name the issuer.</summary>
    public bool IsIssuerRequired { get; init; }

    /// <summary>The scopes asked for.</summary>
    public required IReadOnlyList<string> Scopes { get; init; }

    /// <summary>Whether another account than before may take the entry over.</summary>
    public bool ConfirmsAccountChange { get; init; }
}

[JsonSerializable(typeof(CodeConsent))]
internal sealed partial class CodeConsentJson : JsonSerializerContext;
