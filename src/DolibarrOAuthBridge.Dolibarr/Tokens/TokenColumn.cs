// SPDX-License-Identifier: GPL-3.0-or-later

namespace DolibarrOAuthBridge.Dolibarr.Tokens;

/// <summary>A column of the token table.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Characters">How many characters it holds; null where that has no meaning.</param>
/// <param name="Bytes">How many bytes it holds, 65,535 for Dolibarr's <c>token</c>; null where that has no meaning.</param>
public sealed record TokenColumn(string Name, long? Characters, long? Bytes);
