// SPDX-License-Identifier: GPL-3.0-or-later

namespace DolibarrOAuthBridge.Http.Contracts;

/// <summary>What a caller tells the bridge.</summary>
/// <param name="Kind"><c>impostor</c>: something else answered at the bridge's address.</param>
/// <param name="Detail">What the caller saw, in words; no secret.</param>
public sealed record EventReportJson(string? Kind, string? Detail);
