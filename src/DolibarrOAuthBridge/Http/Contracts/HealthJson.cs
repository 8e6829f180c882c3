// SPDX-License-Identifier: GPL-3.0-or-later

namespace DolibarrOAuthBridge.Http.Contracts;

/// <summary>Whether the sidecar lives or is ready; no details, since everybody on the machine may ask.</summary>
/// <param name="Status"><c>ok</c>, <c>unavailable</c> or <c>draining</c>.</param>
public sealed record HealthJson(string Status);
