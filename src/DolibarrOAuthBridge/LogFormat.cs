// SPDX-License-Identifier: GPL-3.0-or-later

namespace DolibarrOAuthBridge;

/// <summary>How the sidecar writes its log.</summary>
internal enum LogFormat
{
    /// <summary>A line per event; under systemd with the journal's priorities.</summary>
    Text,

    /// <summary>A JSON object per line.</summary>
    Json,
}
