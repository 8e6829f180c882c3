// SPDX-License-Identifier: GPL-3.0-or-later

namespace DolibarrOAuthBridge.Demo.Processes;

/// <summary>Waits for other processes, which cannot be told to call back.</summary>
internal static class Poll
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(5);

    /// <summary>Waits until a condition holds.</summary>
    /// <returns>False if it did not by the deadline.</returns>
    public static async Task<bool> UntilAsync(Func<bool> condition, TimeSpan deadline, CancellationToken cancellationToken)
    {
        var start = TimeProvider.System.GetTimestamp();
        while (!condition())
        {
            if (TimeProvider.System.GetElapsedTime(start) > deadline)
            {
                return false;
            }

            await Task.Delay(Interval, TimeProvider.System, cancellationToken);
        }

        return true;
    }
}
