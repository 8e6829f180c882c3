// SPDX-License-Identifier: GPL-3.0-or-later

namespace DolibarrOAuthBridge.Grants;

/// <summary>Somebody who was given an entry's token.</summary>
/// <param name="Caller">Who, such as <c>uid 33: page /compta/facture/card.php</c>.</param>
/// <param name="FirstAt">The first time, to the minute.</param>
/// <param name="LastAt">The last time, to the minute.</param>
public sealed record GrantUse(string Caller, DateTimeOffset FirstAt, DateTimeOffset LastAt);
