// SPDX-License-Identifier: GPL-3.0-or-later

namespace DolibarrOAuthBridge.Demo.Database;

/// <summary>How a throw-away MariaDB is made.</summary>
public sealed record ScratchMariaDbOptions
{
    /// <summary>
    /// Whether a prepared data directory is kept in the temporary directory, so that later starts only copy it. False
    /// leaves nothing on the machine afterwards and takes about half a second more.
    /// </summary>
    public bool UseTemplate { get; init; } = true;

    /// <summary>How long the server may take to answer after a start.</summary>
    public TimeSpan StartDeadline { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>More arguments for mariadbd, such as <c>--lower-case-table-names=1</c>.</summary>
    public IReadOnlyList<string> Arguments { get; init; } = [];
}
