// SPDX-License-Identifier: GPL-3.0-or-later

namespace DolibarrOAuthBridge;

/// <summary>By which proxy providers and mail servers are reached.</summary>
internal enum ProxyUse
{
    /// <summary>None.</summary>
    None,

    /// <summary>The one that the environment names: <c>HTTPS_PROXY</c>, <c>HTTP_PROXY</c>, <c>ALL_PROXY</c>, <c>NO_PROXY</c>.</summary>
    Environment,

    /// <summary>Dolibarr's own: <c>MAIN_PROXY_USE</c>, <c>_HOST</c>, <c>_PORT</c>, <c>_USER</c> and <c>_PASS</c>.</summary>
    Dolibarr,
}
