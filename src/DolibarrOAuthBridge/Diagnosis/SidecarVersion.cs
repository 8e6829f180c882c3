// SPDX-License-Identifier: GPL-3.0-or-later

namespace DolibarrOAuthBridge.Diagnosis;

/// <summary>What a running sidecar answers at <c>/v1/version</c>.</summary>
/// <param name="Version">Such as <c>0.1.0</c>.</param>
internal sealed record SidecarVersion(string? Version);
