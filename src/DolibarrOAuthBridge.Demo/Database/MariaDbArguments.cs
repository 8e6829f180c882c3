// SPDX-License-Identifier: GPL-3.0-or-later

namespace DolibarrOAuthBridge.Demo.Database;

/// <summary>
/// How the scratch server is set up: small, quick to start, and safe against the death of its process but not of the machine.
/// </summary>
internal static class MariaDbArguments
{
    public const string Data = "data";
    public const string Temporary = "tmp";
    public const string InitFile = "init.sql";
    public const string Log = "error.log";
    public const string Socket = "sock";

    /// <summary>What installer and server must agree on.</summary>
    public static readonly IReadOnlyList<string> Layout =
    [
        "--innodb-data-file-path=ibdata1:8M:autoextend",
        "--innodb-autoextend-increment=1",
        "--innodb-log-file-size=8M",
        "--innodb-buffer-pool-size=16M",
        "--innodb-flush-method=nosync",
    ];

    /// <summary>The server's arguments.</summary>
    /// <param name="directory">The directory of all it has.</param>
    /// <param name="port">Its port.</param>
    public static IEnumerable<string> For(string directory, int port) =>
        [
            "--no-defaults",
            $"--datadir={directory}/{Data}",
            $"--tmpdir={directory}/{Temporary}",
            $"--secure-file-priv={directory}/{Temporary}",
            $"--init-file={directory}/{InitFile}",
            $"--log-error={directory}/{Log}",
            $"--pid-file={directory}/pid",
            $"--socket={directory}/{Socket}",
            "--bind-address=127.0.0.1",
            $"--port={port}",
            .. Layout,
            "--innodb-temp-data-file-path=ibtmp1:1M:autoextend",
            "--innodb-flush-log-at-trx-commit=2",
            "--innodb-buffer-pool-dump-at-shutdown=OFF",
            "--innodb-buffer-pool-load-at-startup=OFF",
            "--innodb-use-native-aio=OFF",
            "--skip-log-bin",
            "--max-connections=500",
            "--key-buffer-size=1M",
            "--aria-pagecache-buffer-size=1M",
            "--character-set-server=utf8mb4",
            "--collation-server=utf8mb4_general_ci",
        ];
}
