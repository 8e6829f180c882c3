// SPDX-License-Identifier: GPL-3.0-or-later

namespace DolibarrOAuthBridge.Entries;

/// <summary>What can be said of a certificate without the provider.</summary>
/// <param name="End">When it ends; null if it cannot be read.</param>
/// <param name="Problem">Why it cannot be used; null if it can.</param>
/// <param name="ExposedPath">The file with its key or password that every user of this machine may read; null if none may.</param>
internal sealed record CertificateReport(DateTimeOffset? End, string? Problem, string? ExposedPath);
