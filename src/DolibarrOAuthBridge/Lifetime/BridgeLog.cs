// SPDX-License-Identifier: GPL-3.0-or-later

namespace DolibarrOAuthBridge.Lifetime;

/// <summary>
/// Where the server's log goes: its standard output, as lines of text or of JSON. Under systemd text carries the journal's
/// priorities.
/// </summary>
internal static class BridgeLog
{
    private const string Timestamp = "yyyy-MM-ddTHH:mm:ssZ";

    public static void UseBridgeLog(this WebApplicationBuilder builder, LogFormat format)
    {
        builder
            .Logging.ClearProviders()
            .AddFilter("Microsoft", LogLevel.Warning)
            .AddFilter("Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.None); // it would make an activity for each request
        if (format == LogFormat.Json)
        {
            builder.Logging.AddJsonConsole(console =>
            {
                console.TimestampFormat = Timestamp;
                console.UseUtcTimestamp = true;
            });
            return;
        }

        if (Environment.GetEnvironmentVariable("JOURNAL_STREAM") is not null)
        {
            builder.Logging.AddSystemdConsole(); // with the journal's priorities; it notes the time itself
            return;
        }

        builder.Logging.AddSimpleConsole(console =>
        {
            console.SingleLine = true;
            console.TimestampFormat = Timestamp + " ";
            console.UseUtcTimestamp = true;
        });
    }
}
