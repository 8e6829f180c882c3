// SPDX-License-Identifier: GPL-3.0-or-later

using System.Text.Json.Serialization;

namespace DolibarrOAuthBridge.Http.Contracts;

/// <summary>A refusal of <c>/oauth/token</c> (RFC 6749, section 5.2).</summary>
/// <param name="Error">The error code.</param>
/// <param name="ErrorDescription">What happened and what to do.</param>
/// <param name="Code">The bridge's own code, see <see cref="ProblemCode"/>; only where the request is for a grant that the bridge
/// knows.</param>
public sealed record OAuthErrorJson(
    string Error,
    string ErrorDescription,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Code = null
);
