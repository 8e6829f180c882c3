// SPDX-License-Identifier: GPL-3.0-or-later

using System.Diagnostics;

namespace DolibarrOAuthBridge.Tokens;

/// <summary>
/// Places at which a test makes the process die as by <c>kill -9</c>, named by <c>BRIDGE_TEST_CRASH_AT</c>. A published program has
/// no calls of it: they are compiled only where <c>CRASH_POINTS</c> is defined.
/// </summary>
internal static class CrashPoint
{
    [Conditional("CRASH_POINTS")]
    public static void Reach(string name)
    {
        if (Environment.GetEnvironmentVariable("BRIDGE_TEST_CRASH_AT") == name)
        {
            Process.GetCurrentProcess().Kill();
            Process.GetCurrentProcess().WaitForExit(); // the signal may come a moment later
        }
    }
}
