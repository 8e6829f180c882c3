// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Providers;

namespace DolibarrOAuthBridge.Consents;

/// <summary>What storing a new grant came to.</summary>
/// <param name="RowId">The row of the token table.</param>
/// <param name="Replaced">Whether the entry had a token before.</param>
/// <param name="KeptRefreshToken">Whether the provider gave no refresh token and the one of before stays.</param>
/// <param name="PreviousAccount">The account before, if another one granted now; else null.</param>
internal sealed record StoredConsent(long RowId, bool Replaced, bool KeptRefreshToken, GrantAccount? PreviousAccount);
