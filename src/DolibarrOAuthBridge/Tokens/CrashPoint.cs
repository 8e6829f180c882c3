// SPDX-License-Identifier: GPL-3.0-or-later

namespace DolibarrOAuthBridge.Tokens;

/// <summary>
/// Places at which a test makes the process die as by <c>kill -9</c>, named by <c>BRIDGE_TEST_CRASH_AT</c>. Without that variable
/// they do nothing.
/// </summary>
internal static class CrashPoint
{
    private static readonly string? Chosen = Environment.GetEnvironmentVariable("BRIDGE_TEST_CRASH_AT");

    public static void Reach(string name)
    {
        if (Chosen == name)
        {
            System.Diagnostics.Process.GetCurrentProcess().Kill();
        }
    }
}
