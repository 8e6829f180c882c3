// SPDX-License-Identifier: GPL-3.0-or-later

namespace DolibarrOAuthBridge.Providers;

/// <summary>
/// A server's metadata is about another issuer than the one asked: somebody answers in its place, or the entry's URL is wrong.
/// </summary>
internal sealed class MetadataIssuerException() : FormatException("it is about another issuer");
