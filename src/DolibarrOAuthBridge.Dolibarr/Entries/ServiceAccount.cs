// SPDX-License-Identifier: GPL-3.0-or-later

namespace DolibarrOAuthBridge.Dolibarr.Entries;

/// <summary>A service account of a provider, which acts for one of the organisation's users.</summary>
/// <param name="KeyPath">The path of its JSON key.</param>
/// <param name="Subject">The e-mail address of the user; empty where none is named.</param>
public sealed record ServiceAccount(string KeyPath, string Subject);
