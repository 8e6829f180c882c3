// SPDX-License-Identifier: GPL-3.0-or-later

namespace DolibarrOAuthBridge.Commands;

/// <summary>Codes of failures that only the command line can have; the others are in <see cref="ProblemCode"/>.</summary>
internal static class CommandProblemCode
{
    /// <summary>An address or socket cannot be listened on: it is taken, or not allowed to this user.</summary>
    public const string ListenFailed = "listen_failed";

    /// <summary>conf.php, or what is stored with its key, cannot be read.</summary>
    public const string Configuration = "configuration";

    /// <summary>No sidecar answers.</summary>
    public const string NotRunning = "not_running";
}
