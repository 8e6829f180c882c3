// SPDX-License-Identifier: GPL-3.0-or-later

namespace DolibarrOAuthBridge.Http.Contracts;

/// <summary>The sidecar's version, for those who hold the API key.</summary>
/// <param name="Version">Such as <c>0.1.0</c>.</param>
public sealed record VersionJson(string Version);
