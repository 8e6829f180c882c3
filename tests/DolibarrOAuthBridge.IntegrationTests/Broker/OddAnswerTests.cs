// SPDX-License-Identifier: GPL-3.0-or-later

using System.IO.Compression;
using System.Text;
using DolibarrOAuthBridge.Demo.Database;
using DolibarrOAuthBridge.IntegrationTests.Support;
using DolibarrOAuthBridge.Reports;

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

    [Theory]
    [InlineData(48_900)] // would be larger than the column once it is encrypted
    [InlineData(60_000)]
    [InlineData(300_000)]
    public async Task An_access_token_that_does_not_fit_is_said_everywhere_and_no_old_one_is_handed_out(int length)
    {
        await using var world = await World.CreateAsync(shared.Server);
        await world.GrantExpiredAsync();
        await LimitAsync(world);
        var large = new string('x', length);
        world.Authority.NextWritten(json =>
            Encoding.UTF8.GetBytes(json.Replace("\"access_token\":\"", "\"access_token\":\"" + large, StringComparison.Ordinal))
        );
        var host = world.Open();

        var failure = await host.TokenFailsAsync(ProblemCode.ProviderUnavailable);

        Assert.Contains("more than Dolibarr's token table holds", failure.Message, StringComparison.Ordinal);
        Assert.Equal(world.Authority.CurrentRefreshToken, (await world.StoredAsync()).RefreshToken);
        Assert.Empty(world.JournalFiles);
        var report = await host.Get<EntryReporter>().GetAsync(World.Entry, 1);
        Assert.Contains("token_too_large", report.Token.LastError, StringComparison.Ordinal);
        Assert.Contains(report.Warnings, static warning => warning is { Code: "token_too_large", Severity: Severity.Error });
        Assert.Contains("token_too_large", (await world.RunAsync("doctor", "--json")).Output, StringComparison.Ordinal);

        world.Clock.Advance(TimeSpan.FromMinutes(5));
        await host.TokenAsync(); // and a token that fits ends it
        Assert.Null((await host.Get<EntryReporter>().GetAsync(World.Entry, 1)).Token.LastError);
        Assert.False(world.Authority.SawReuse);
    }

    [Fact]
    public async Task Members_that_make_an_answer_too_large_are_left_out_and_the_history_says_which()
    {
        await using var world = await World.CreateAsync(shared.Server);
        await world.GrantExpiredAsync();
        await LimitAsync(world);
        var (large, idToken) = (new string('x', 42_000), new string('y', 8_000));
        world.Authority.NextWritten(json =>
            Encoding.UTF8.GetBytes(
                json.Replace("\"access_token\":\"", $"\"id_token\":\"{idToken}\",\"access_token\":\"{large}", StringComparison.Ordinal)
            )
        );
        var host = world.Open();

        Assert.StartsWith("xxx", (await host.TokenAsync()).Value, StringComparison.Ordinal);

        Assert.StartsWith("xxx", (await world.StoredAsync()).AccessToken, StringComparison.Ordinal);
        Assert.Empty(world.JournalFiles);
        Assert.Contains(
            "id_token",
            await world.QueryAsync("SELECT detail FROM llx_oauthbridge_event WHERE kind = 'answer_cut'"),
            StringComparison.Ordinal
        );
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_answer_with_a_refresh_token_alone_is_stored_and_the_caller_gets_a_token_by_the_next_one(bool isForced)
    {
        await using var world = await World.CreateAsync(shared.Server);
        var old = await world.GrantExpiredAsync();
        world.Authority.NextWritten(WithoutAccessToken);
        var host = world.Open();

        var token = isForced ? await host.RefreshAsync() : await host.TokenAsync();

        Assert.Equal(world.Authority.LastAccessToken, token.Value);
        Assert.NotEqual(old.AccessToken, token.Value);
        Assert.Equal(2, world.Authority.Granted);
        Assert.False(world.Authority.SawReuse);
        Assert.Equal(world.Authority.CurrentRefreshToken, (await world.StoredAsync()).RefreshToken);
    }

    [Fact]
    public async Task Where_no_answer_has_an_access_token_the_caller_is_told_to_come_again_and_gets_no_old_one()
    {
        await using var world = await World.CreateAsync(shared.Server);
        await world.GrantExpiredAsync();
        world.Authority.NextWritten(WithoutAccessToken);
        world.Authority.NextWritten(WithoutAccessToken);
        var host = world.Open();

        var failure = await host.TokenFailsAsync(ProblemCode.ProviderUnavailable);

        Assert.NotNull(failure.RetryAfter);
        Assert.Equal(2, world.Authority.Asked);
        Assert.Equal(world.Authority.CurrentRefreshToken, (await world.StoredAsync()).RefreshToken);
        world.Clock.Advance(failure.RetryAfter.Value + TimeSpan.FromSeconds(1));
        Assert.Equal((await host.TokenAsync()).Value, world.Authority.LastAccessToken);
        Assert.False(world.Authority.SawReuse);
    }

    // As on MariaDB: text has no limit on PostgreSQL.
    private static Task LimitAsync(World world) =>
        ScratchDatabase.IsPostgreSql ? world.ExecuteAsync("ALTER TABLE llx_oauth_token MODIFY token varchar(65535)") : Task.CompletedTask;

    private static byte[] WithoutAccessToken(string json) =>
        Encoding.UTF8.GetBytes(json.Replace("\"access_token\"", "\"accessToken\"", StringComparison.Ordinal));

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
