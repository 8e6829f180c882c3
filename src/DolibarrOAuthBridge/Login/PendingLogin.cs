// SPDX-License-Identifier: GPL-3.0-or-later

using System.Text.Json.Serialization;
using DolibarrOAuthBridge.Consents;

namespace DolibarrOAuthBridge.Login;

/// <summary>A sign-in while the browser is at the provider. The caller keeps it, sealed: see <see cref="LoginContinuations"/>.</summary>
internal sealed record PendingLogin : PendingAuthorization
{
    /// <summary>The company.</summary>
    public required int Entity { get; init; }

    /// <summary>Hash of the <c>state</c> parameter.</summary>
    public required string StateHash { get; init; }

    /// <summary>When the time for it is over.</summary>
    public required DateTimeOffset ExpiresAt { get; init; }
}

[JsonSerializable(typeof(PendingLogin))]
internal sealed partial class PendingLoginJson : JsonSerializerContext;
