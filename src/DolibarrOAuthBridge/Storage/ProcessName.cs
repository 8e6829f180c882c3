// SPDX-License-Identifier: GPL-3.0-or-later

namespace DolibarrOAuthBridge.Storage;

/// <summary>What this process calls itself in leases and events: host, process id and a random part.</summary>
internal static class ProcessName
{
    public static string Value { get; } = Make();

    private static string Make()
    {
        var host = Environment.MachineName.Length > 40 ? Environment.MachineName[..40] : Environment.MachineName;
        return $"{host}/{Environment.ProcessId}/{Guid.NewGuid().ToString("N")[..8]}";
    }
}
