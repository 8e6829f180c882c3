// SPDX-License-Identifier: GPL-3.0-or-later

namespace DolibarrOAuthBridge.Diagnosis;

/// <summary>An email collector of Dolibarr that is switched on.</summary>
/// <param name="Ref">Its reference.</param>
/// <param name="Entity">The company.</param>
/// <param name="Host">The IMAP server.</param>
/// <param name="UsesOAuth">Whether it logs in with a token, not with a password.</param>
/// <param name="Entry">The entry it names; empty if none.</param>
internal sealed record CollectorRow(string Ref, int Entity, string Host, bool UsesOAuth, string Entry);
