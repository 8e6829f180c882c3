// SPDX-License-Identifier: GPL-3.0-or-later

using System.IO.Compression;
using System.Text;
using DolibarrOAuthBridge.IntegrationTests.Support;

namespace DolibarrOAuthBridge.IntegrationTests.Broker;

/// <summary>The refresh token that was sent is spent; whatever the answer looks like, the new one in it is kept.</summary>
public sealed class OddAnswerTests(SharedServer shared)
{
    public static TheoryData<string> Odd =>
        [
            "text/html",
            "text/plain",
            "no content type",
            "status 201",
            "error null",
            "token_type null",
            "token_type of another kind",
            "expires_in true",
            "expires_in 1e400",
            "byte order mark",
            "trailing comma",
            "Latin-1",
            "member twice",
            "depth 20",
            "1,000 members",
            "blank in the access token",
            "over 1 MiB",
            "over 1 MiB before the tokens",
            "gzip with a wrong check sum",
            "labelled gzip and is none",
            "cut off after the refresh token",
            "text before and after",
            "connection cut after the refresh token",
        ];

    [Theory]
    [MemberData(nameof(Odd))]
    public async Task A_new_refresh_token_is_kept_however_odd_its_answer_is(string kind)
    {
        await using var world = await World.CreateAsync(shared.Server);
        await world.GrantExpiredAsync();
        var isCut = kind.StartsWith("connection cut", StringComparison.Ordinal);
        world.Authority.NextWritten(
            json => Written(kind, json),
            ContentType(kind),
            kind == "status 201" ? 201 : 200,
            isCut,
            kind.Contains("gzip", StringComparison.Ordinal) ? "gzip" : null
        );
        var host = world.Open();

        try
        {
            await host.TokenAsync();
        }
        catch (BridgeException)
        {
            // The access token may be unusable; the grant must not be.
        }

        Assert.Equal(world.Authority.CurrentRefreshToken, (await world.StoredAsync()).RefreshToken);
        world.Clock.Advance(TimeSpan.FromHours(2));
        await host.TokenAsync();
        Assert.False(world.Authority.SawReuse);
        Assert.Equal(world.Authority.CurrentRefreshToken, (await world.StoredAsync()).RefreshToken);
        Assert.Empty(world.JournalFiles);
    }

    private static string ContentType(string kind) =>
        kind switch
        {
            "text/html" or "text/plain" => kind,
            "no content type" => string.Empty,
            "Latin-1" => "application/json; charset=iso-8859-1",
            _ => "application/json",
        };

    private static byte[] Written(string kind, string json)
    {
        var open = json.TrimEnd()[..^1]; // without the last brace
        var text = kind switch
        {
            "error null" => open + ",\"error\":null}",
            "token_type null" => open + ",\"token_type\":null}",
            "token_type of another kind" => json.Replace("Bearer", "mac", StringComparison.OrdinalIgnoreCase),
            "expires_in true" => WithLifetime(json, "true"),
            "expires_in 1e400" => WithLifetime(json, "1e400"),
            "trailing comma" => open + ",}",
            "Latin-1" => open + ",\"display_name\":\"José\"}",
            "member twice" => open + ",\"extra\":1,\"extra\":2}",
            "depth 20" => $"{open},\"extra\":{new string('[', 20)}{new string(']', 20)}}}",
            "1,000 members" => open + string.Concat(Enumerable.Range(0, 1000).Select(static number => $",\"m{number}\":{number}")) + "}",
            "blank in the access token" => json.Replace("\"access_token\":\"", "\"access_token\":\"a ", StringComparison.Ordinal),
            "over 1 MiB" => $"{open},\"extra\":\"{new string('x', 1200 * 1024)}\"}}",
            "over 1 MiB before the tokens" => $"{{\"extra\":\"{new string('x', 1200 * 1024)}\",{json[1..]}",
            "cut off after the refresh token" => open + ",\"scope\":\"op",
            "text before and after" => $"Notice: undefined variable in token.php\n{json}\n<!-- 3 ms -->",
            _ => json,
        };
        var bytes = kind == "Latin-1" ? Encoding.Latin1.GetBytes(text) : Encoding.UTF8.GetBytes(text);
        return kind switch
        {
            "byte order mark" => [0xEF, 0xBB, 0xBF, .. bytes],
            "gzip with a wrong check sum" => Broken(bytes),
            _ => bytes,
        };
    }

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

    private static string WithLifetime(string json, string value) => json.Replace("3600", value, StringComparison.Ordinal);
}
