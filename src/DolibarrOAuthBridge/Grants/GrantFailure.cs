// SPDX-License-Identifier: GPL-3.0-or-later

namespace DolibarrOAuthBridge.Grants;

/// <summary>What is remembered of a failed refresh.</summary>
/// <param name="Error">The provider's error code or the bridge's word.</param>
/// <param name="Detail">The failure in words, at most 255 characters, without secrets.</param>
/// <param name="At">When, UTC.</param>
/// <param name="NextTryAt">Before this time the provider is left alone, UTC.</param>
/// <param name="Settings">Hash of the entry's settings.</param>
/// <param name="DeadHash">Hash of the refresh token, if the provider declared it dead.</param>
internal sealed record GrantFailure(string Error, string Detail, DateTime At, DateTime? NextTryAt, string Settings, string? DeadHash);
