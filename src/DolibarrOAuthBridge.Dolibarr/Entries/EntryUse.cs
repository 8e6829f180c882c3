// SPDX-License-Identifier: GPL-3.0-or-later

namespace DolibarrOAuthBridge.Dolibarr.Entries;

/// <summary>One place in Dolibarr that uses an entry.</summary>
/// <param name="Entry">The entry.</param>
/// <param name="Purpose">What for.</param>
/// <param name="Where">The place, for people: a constant's name, a collector's reference.</param>
/// <param name="Login">The mailbox that it logs in to; empty where none is set.</param>
public sealed record EntryUse(EntryName Entry, EntryPurpose Purpose, string Where, string Login = "");
