// SPDX-License-Identifier: GPL-3.0-or-later

using System.Text.Json.Serialization;

namespace DolibarrOAuthBridge.Http.Contracts;

/// <summary>A failure as the API answers it (RFC 9457).</summary>
/// <param name="Type">Always <c>about:blank</c>: the code is what identifies the problem.</param>
/// <param name="Title">The status in words.</param>
/// <param name="Status">The HTTP status.</param>
/// <param name="Code">The stable code, see <see cref="ProblemCode"/>.</param>
/// <param name="Detail">What happened and what to do.</param>
/// <param name="Reason">For <c>identity_rejected</c>, which check failed.</param>
public sealed record ProblemJson(
    string Type,
    string Title,
    int Status,
    string Code,
    string Detail,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Reason = null
);
