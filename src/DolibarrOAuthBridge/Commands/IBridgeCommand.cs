// SPDX-License-Identifier: GPL-3.0-or-later

using System.CommandLine;

namespace DolibarrOAuthBridge.Commands;

/// <summary>One verb of the command line.</summary>
internal interface IBridgeCommand
{
    /// <summary>Whether it needs the account in conf.php, even where the sidecar has a narrower one of its own.</summary>
    bool ActsAsDolibarr => false;

    /// <summary>Whether it works on one instance, so that with several somebody must say which.</summary>
    bool IsOfOneInstance(ParseResult result) => true;

    /// <summary>The verb with its own arguments and options.</summary>
    Command Define();

    /// <summary>Does the work.</summary>
    /// <param name="result">The parsed command line.</param>
    /// <param name="open">Reads conf.php and the settings; commands that need neither do not call it.</param>
    /// <param name="cancellationToken">Ctrl-C.</param>
    /// <returns>The exit status.</returns>
    Task<int> RunAsync(ParseResult result, Func<CommandContext> open, CancellationToken cancellationToken);
}
