// SPDX-License-Identifier: GPL-3.0-or-later

using System.Diagnostics;
using System.IO.Compression;
using System.Text;
using DolibarrOAuthBridge.Demo.Database;
using DolibarrOAuthBridge.Demo.Processes;
using DolibarrOAuthBridge.Dolibarr.Tokens;
using Microsoft.AspNetCore.Http;

namespace DolibarrOAuthBridge.Torture;

/// <summary>What surrounds a sidecar fails: the provider's answers, the clocks, the disk.</summary>
internal static class FaultTrials
{
    private static readonly (string Name, string Body, string Type)[] Answers =
    [
        ("text", """{"access_token":"AT","refresh_token":"RT","token_type":"Bearer","expires_in":3600}""", "text/plain"),
        ("html", """{"access_token":"AT","refresh_token":"RT","expires_in":3600}""", "text/html"),
        ("error: null", """{"error":null,"access_token":"AT","refresh_token":"RT","expires_in":3600}""", "application/json"),
        ("token_type null", """{"access_token":"AT","refresh_token":"RT","token_type":null,"expires_in":3600}""", "application/json"),
        ("token_type odd", """{"access_token":"AT","refresh_token":"RT","token_type":["x"],"expires_in":3600}""", "application/json"),
        ("expires_in true", """{"access_token":"AT","refresh_token":"RT","expires_in":true}""", "application/json"),
        ("expires_in 1e400", """{"access_token":"AT","refresh_token":"RT","expires_in":1e400}""", "application/json"),
        ("byte order mark", "\ufeff" + """{"access_token":"AT","refresh_token":"RT","expires_in":3600}""", "application/json"),
        ("trailing comma", """{"access_token":"AT","refresh_token":"RT","expires_in":3600,}""", "application/json"),
        ("Latin-1", "{\"access_token\":\"AT\",\"refresh_token\":\"RT\",\"name\":\"caf\u00e9\"}", "latin1"),
        ("duplicate member", """{"scope":"a","scope":"b","access_token":"AT","refresh_token":"RT"}""", "application/json"),
        (
            "depth 20",
            $$"""{"access_token":"AT","refresh_token":"RT","x":{{new string('[', 20)}}{{new string(']', 20)}}}""",
            "application/json"
        ),
        (
            "1,000 members",
            $$"""{"access_token":"AT","refresh_token":"RT"{{string.Concat(Enumerable.Range(0, 1000).Select(n => $",\"m{n}\":{n}"))}}}""",
            "application/json"
        ),
        ("blank in access token", """{"access_token":"A T","refresh_token":"RT","expires_in":3600}""", "application/json"),
        ("more than 1 MiB", $$"""{"x":"{{new string('y', 1_200_000)}}","access_token":"AT","refresh_token":"RT"}""", "application/json"),
        ("cut off", """{"access_token":"AT","refresh_token":"RT","expires_in":36""", "cut"),
        ("broken gzip", """{"access_token":"AT","refresh_token":"RT","expires_in":3600}""", "gzip"),
        ("gzip that is none", """{"access_token":"AT","refresh_token":"RT","expires_in":3600}""", "no-gzip"),
        ("form", "access_token=AT&refresh_token=RT&expires_in=3600", "text/plain"),
    ];

    public static async Task OddAnswersAsync(ScratchMariaDb server, Tally tally, int rounds)
    {
        var stage = await Stage.CreateAsync(server, entries: 1);
        await using (stage)
        {
            var node = await stage.StartAsync();
            await using (node)
            {
                for (var round = 0; round < rounds; round++)
                {
                    foreach (var (name, body, type) in Answers)
                    {
                        await OddAnswerAsync(stage, node, tally, name, body, type);
                    }
                }
            }

            tally.Doubles += stage.Provider.Doubles;
            tally.Refreshes += stage.Provider.Granted;
        }
    }

    public static async Task ClocksAsync(ScratchMariaDb server, Tally tally)
    {
        var stage = await Stage.CreateAsync(server, entries: 1);
        await using (stage)
        {
            var entry = stage.Entries[0];
            var node = await stage.StartAsync();
            await using (node)
            {
                foreach (
                    var (column, value) in new[]
                    {
                        (
                            "next_try_at",
                            "last_error='http_500', failure_count=9, last_error_at=UTC_TIMESTAMP + INTERVAL 1 YEAR, next_try_at"
                        ),
                        ("lease_until", "lease_owner='elsewhere/00000000/00000000/1/1/00000000', lease_until"),
                        ("intent_at", "intent_owner='elsewhere/00000000/00000000/1/1/00000000', intent_hash='x', intent_at"),
                        ("refreshed_at", "refreshed_at"),
                    }
                )
                {
                    await stage.GrantAsync(entry, TimeSpan.FromMinutes(-5));
                    await node.TokenAsync(entry);
                    await stage.ExecuteAsync($"UPDATE llx_oauthbridge_grant SET {value}=UTC_TIMESTAMP + INTERVAL 1 YEAR");
                    await stage.CheckAsync(node, tally, [entry]);
                    var (status, text) = await node.TokenAsync(entry);
                    tally.Require(status == 200 && Node.NumberIn(text, "expires_in") <= 3600, $"{column} a year ahead: {status} {text}");
                    tally.Count();
                }

                // A refresh that a clock a year ahead stored.
                var row = (await stage.Install.FindTokenRowAsync(entry))!;
                var token = stage.Install.Codec.Decode(row.Value);
                var end = DateTimeOffset.FromUnixTimeSeconds(DateTimeOffset.UtcNow.AddYears(1).AddHours(1).ToUnixTimeSeconds());
                await stage.Install.SetTokenAsync(entry, token with { EndOfLife = EndOfLife.At(end) });
                await stage.ExecuteAsync(
                    $"UPDATE llx_oauthbridge_grant SET refreshed_at='{end.AddHours(-1):yyyy-MM-dd HH:mm:ss}', "
                        + $"token_expires_at='{end:yyyy-MM-dd HH:mm:ss}' WHERE service='Generic-e0'"
                );
                await Task.Delay(1500);
                var (served, answer) = await node.TokenAsync(entry);
                tally.Require(served == 200 && Node.NumberIn(answer, "expires_in") <= 3600, $"an end a year ahead: {served}");
                tally.Count();
            }

            tally.Doubles += stage.Provider.Doubles;
            tally.Refreshes += stage.Provider.Granted;
            tally.Remark = "times stored a year ahead; the machine's own clock is left alone";
        }
    }

    public static async Task DisksAsync(ScratchMariaDb server, Tally tally)
    {
        var stage = await Stage.CreateAsync(server, entries: 1);
        await using (stage)
        {
            var (entry, state) = (stage.Entries[0], stage.StateDirectory("a"));
            await stage.GrantAsync(entry, TimeSpan.FromMinutes(-5));
            var node = await stage.StartAsync();
            await using (node)
            {
                Directory.Delete(state, recursive: true);
                await stage.CheckAsync(node, tally, [entry]);
                tally.Count();
            }

            if (await TryMountAsync(state))
            {
                try
                {
                    await FullDiskAsync(stage, tally, entry, state);
                }
                finally
                {
                    await Command.RunAsync("umount", [state], CancellationToken.None);
                }

                tally.Remark = "directory removed, disk full";
            }
            else
            {
                tally.Remark = "directory removed; disk full not run (may not mount)";
            }

            tally.Doubles += stage.Provider.Doubles;
            tally.Refreshes += stage.Provider.Granted;
        }
    }

    private static async Task FullDiskAsync(Stage stage, Tally tally, string entry, string state)
    {
        var node = await stage.StartAsync();
        await using (node)
        {
            await stage.CheckAsync(node, tally, [entry]);
            var (before, filling) = (stage.Provider.Granted, Path.Combine(state, "filling"));
            try
            {
                await File.WriteAllBytesAsync(filling, new byte[8 * 1024 * 1024]);
            }
            catch (IOException)
            {
                // It is full.
            }

            var (status, text) = await node.TokenAsync(entry, isForced: true);
            tally.Require(status == 503 && stage.Provider.Granted == before, $"a full disk: {status} {text}");
            File.Delete(filling);
            await stage.CheckAsync(node, tally, [entry]);
            tally.Count();
        }
    }

    private static async Task OddAnswerAsync(Stage stage, Node node, Tally tally, string name, string body, string type)
    {
        var entry = stage.Entries[0];
        await stage.GrantAsync(entry, TimeSpan.FromMinutes(-5));
        stage.Provider.Next(
            (context, access, refresh) =>
                WriteAsync(
                    context,
                    body.Replace("AT", access, StringComparison.Ordinal)
                        .Replace("A T", access + " x", StringComparison.Ordinal)
                        .Replace("RT", refresh, StringComparison.Ordinal),
                    type
                )
        );
        var start = Stopwatch.GetTimestamp();
        await node.TokenAsync(entry);
        while (!stage.Provider.IsCurrent(await stage.RefreshTokenAsync(entry)) && Stopwatch.GetElapsedTime(start).TotalSeconds < 10)
        {
            await Task.Delay(50);
        }

        if (!stage.Provider.IsCurrent(await stage.RefreshTokenAsync(entry)))
        {
            tally.Lose("an answer with: " + name);
        }

        tally.Count();
    }

    private static async Task WriteAsync(HttpContext context, string body, string type)
    {
        var bytes = type == "latin1" ? Encoding.Latin1.GetBytes(body) : Encoding.UTF8.GetBytes(body);
        context.Response.ContentType = type.Contains('/', StringComparison.Ordinal) ? type : "application/json";
        if (type is "gzip" or "no-gzip")
        {
            context.Response.Headers.ContentEncoding = "gzip";
            bytes = type == "gzip" ? Broken(bytes) : bytes;
        }

        context.Response.ContentLength = type == "cut" ? bytes.Length + 50 : bytes.Length;
        await context.Response.Body.WriteAsync(bytes);
        await context.Response.Body.FlushAsync();
        if (type == "cut")
        {
            await Task.Delay(100);
            context.Abort();
        }
    }

    // Its check sum is wrong.
    private static byte[] Broken(byte[] plain)
    {
        using var whole = new MemoryStream();
        using (var coder = new GZipStream(whole, CompressionLevel.Fastest))
        {
            coder.Write(plain);
        }

        var bytes = whole.ToArray();
        bytes[^6] ^= 0xff;
        return bytes;
    }

    private static async Task<bool> TryMountAsync(string directory)
    {
        try
        {
            Directory.CreateDirectory(directory);
            await Command.RunAsync("mount", ["-t", "tmpfs", "-o", "size=4m,mode=700", "tmpfs", directory], CancellationToken.None);
            return true;
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }
}
