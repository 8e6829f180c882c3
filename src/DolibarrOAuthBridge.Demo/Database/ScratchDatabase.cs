// SPDX-License-Identifier: GPL-3.0-or-later

namespace DolibarrOAuthBridge.Demo.Database;

/// <summary>The kind of scratch server that a run works on: the environment variable <c>SCRATCH_DATABASE</c> says it.</summary>
public static class ScratchDatabase
{
    /// <summary>Whether it is PostgreSQL (<c>pgsql</c>); else it is MariaDB.</summary>
    public static bool IsPostgreSql { get; } = Environment.GetEnvironmentVariable("SCRATCH_DATABASE") == "pgsql";

    /// <summary>Starts a server of that kind and waits until it answers.</summary>
    public static async Task<IScratchDatabase> StartAsync(CancellationToken cancellationToken = default) =>
        IsPostgreSql
            ? await ScratchPostgreSql.StartAsync(cancellationToken)
            : await ScratchMariaDb.StartAsync(cancellationToken: cancellationToken);
}
