// SPDX-License-Identifier: GPL-3.0-or-later

namespace DolibarrOAuthBridge.Tokens;

/// <summary>
/// The client of a stock refresh is known, its refresh token belongs to none of the client's grants: <c>invalid_grant</c>.
/// </summary>
internal sealed class StockGrantUnknownException(string message = "The refresh token belongs to none of this client's grants.")
    : Exception(message);
