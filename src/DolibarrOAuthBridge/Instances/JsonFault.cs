// SPDX-License-Identifier: GPL-3.0-or-later

using System.Text.Json;

namespace DolibarrOAuthBridge.Instances;

/// <summary>Says where a file of settings is no JSON.</summary>
internal static class JsonFault
{
    /// <summary>Line, column and reason in one line, both counted from 1; null where the failure is another one.</summary>
    /// <param name="exception">What reading the file threw.</param>
    public static string? Describe(Exception exception)
    {
        if (exception.GetBaseException() is not JsonException fault)
        {
            return null;
        }

        var reason = fault.Message.Split(" LineNumber:")[0]; // it repeats the place, counted from 0
        return FormattableString.Invariant($"no JSON, line {fault.LineNumber + 1}, column {fault.BytePositionInLine + 1}: {reason}");
    }
}
