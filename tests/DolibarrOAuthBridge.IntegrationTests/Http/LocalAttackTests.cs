// SPDX-License-Identifier: GPL-3.0-or-later

using System.Text.RegularExpressions;
using DolibarrOAuthBridge.IntegrationTests.Support;

namespace DolibarrOAuthBridge.IntegrationTests.Http;

/// <summary>What other programs and pages on the same machine may try. The numbers are those of the threat list.</summary>
public sealed partial class LocalAttackTests(ServedWorld served) : IClassFixture<ServedWorld>
{
    private static readonly string TokenPath = $"/v1/entries/{World.Entry}/token";

    private string Host => $"Host: {served.Sidecar.Address.Authority}";

    private string Key => $"Authorization: Bearer {served.Sidecar.ApiKey}";

    public static TheoryData<string> WrongKeys =>
        new()
        {
            "",
            "Authorization:",
            "Authorization: Bearer",
            "Authorization: Bearer ",
            "Authorization: Basic KEY",
            "Authorization: KEY",
            "X-Api-Key: KEY",
            "Authorization: Bearer KEYx",
            "Authorization: Bearer xKEY",
            "Authorization: Bearer HALF",
            "Authorization: Bearer FLIPPED",
            "Authorization: Bearer UPPER",
            "Authorization: Bearer KEY, Bearer KEY",
            "Authorization: Bearer  KEY",
            "Authorization_: Bearer KEY",
            "Authorization: Bearer KEY\r\nAuthorization: Bearer wrong",
            "Authorization: Bearer wrong\r\nAuthorization: Bearer KEY",
            "Authorization: Bearer\r\n KEY",
        };

    [Theory]
    [MemberData(nameof(WrongKeys))]
    public async Task Case_1_2_3_Every_key_but_the_right_one_is_refused(string header)
    {
        var key = served.Sidecar.ApiKey;
        var sent = header
            .Replace("KEY", key, StringComparison.Ordinal)
            .Replace("HALF", key[..32], StringComparison.Ordinal)
            .Replace("UPPER", "A" + key[1..], StringComparison.Ordinal)
            .Replace("FLIPPED", (char)(key[0] ^ 1) + key[1..], StringComparison.Ordinal);

        var status = await RawHttp.StatusAsync(
            served.Sidecar.Address,
            RawHttp.Get(TokenPath, Host, sent.Length == 0 ? "Accept: */*" : sent)
        );

        Assert.Contains(status, (int[])[400, 401]);
    }

    [Fact]
    public async Task Case_1_The_key_in_the_query_or_a_megabyte_of_it_is_refused()
    {
        Assert.Equal(
            401,
            await RawHttp.StatusAsync(served.Sidecar.Address, RawHttp.Get($"{TokenPath}?api_key={served.Sidecar.ApiKey}", Host))
        );
        Assert.Contains(
            await RawHttp.StatusAsync(
                served.Sidecar.Address,
                RawHttp.Get(TokenPath, Host, "Authorization: Bearer " + new string('a', 1024 * 1024))
            ),
            (int[])[0, 400, 401, 431]
        );
        Assert.Equal(200, await RawHttp.StatusAsync(served.Sidecar.Address, RawHttp.Get(TokenPath, Host, Key)));
    }

    [Theory]
    [InlineData("Host: evil.example")]
    [InlineData("Host: 127.0.0.1.evil.example")]
    [InlineData("Host: localhost.evil.example:8765")]
    [InlineData("Host: rebind.test:8765")]
    [InlineData("Host: 2130706433")]
    [InlineData("Host: 127.1")]
    [InlineData("Host: 0.0.0.0")]
    [InlineData("Host: 192.168.1.1")]
    [InlineData("Host: ")]
    [InlineData("X-No-Host: 1")]
    [InlineData("Host: 127.0.0.1\r\nHost: evil.example")]
    public async Task Case_4_6_A_foreign_host_is_refused_on_every_address(string host)
    {
        foreach (var target in (string[])[TokenPath, "/v1/entries", "/healthz", "/readyz", "/openapi/v1.json", "/nothing"])
        {
            Assert.Contains(await RawHttp.StatusAsync(served.Sidecar.Address, RawHttp.Get(target, host, Key)), (int[])[400, 403]);
        }
    }

    [Fact]
    public async Task Case_4_An_absolute_target_of_another_host_is_refused()
    {
        Assert.Contains(
            await RawHttp.StatusAsync(served.Sidecar.Address, RawHttp.Get($"http://evil.example{TokenPath}", Host, Key)),
            (int[])[400, 403]
        );
        Assert.Contains(
            await RawHttp.StatusAsync(served.Sidecar.Address, RawHttp.Get($"http://evil.example{TokenPath}", "Host: evil.example", Key)),
            (int[])[400, 403]
        );
        Assert.Contains(await RawHttp.StatusAsync(served.Sidecar.Address, $"GET {TokenPath} HTTP/1.0\r\n{Key}\r\n\r\n"), (int[])[400, 403]);
    }

    [Theory]
    [InlineData("Origin: https://evil.example")]
    [InlineData("Origin: null")]
    [InlineData("Origin: http://127.0.0.1:8765")]
    [InlineData("Sec-Fetch-Site: cross-site")]
    [InlineData("Sec-Fetch-Site: same-origin")]
    public async Task Case_5_Whatever_comes_from_a_web_page_is_refused_and_never_invited(string header)
    {
        foreach (var method in (string[])["GET", "POST", "OPTIONS", "DELETE"])
        {
            var answer = await RawHttp.SendAsync(
                served.Sidecar.Address,
                $"{method} {TokenPath} HTTP/1.1\r\n{Host}\r\n{Key}\r\n{header}\r\nAccess-Control-Request-Method: "
                    + "GET\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
            );
            Assert.StartsWith("HTTP/1.1 403", answer, StringComparison.Ordinal);
            Assert.DoesNotContain("Access-Control", answer, StringComparison.OrdinalIgnoreCase);
        }
    }

    [Fact]
    public async Task Case_8_It_listens_on_the_loopback_address_only()
    {
        var sockets = await File.ReadAllLinesAsync($"/proc/{served.Sidecar.ProcessId}/net/tcp");
        var port = served.Sidecar.Address.Port.ToString("X4", System.Globalization.CultureInfo.InvariantCulture);
        var listening = sockets
            .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Where(field => field[3] == "0A" && field[1].EndsWith(":" + port, StringComparison.Ordinal));

        Assert.Equal(["0100007F:" + port], listening.Select(field => field[1]));
        var six = await File.ReadAllTextAsync($"/proc/{served.Sidecar.ProcessId}/net/tcp6");
        Assert.DoesNotContain(":" + port + " 00000000000000000000000000000000:0000 0A", six, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/healthz/../v1/entries")]
    [InlineData("/healthz/%2e%2e/v1/entries")]
    [InlineData("/healthz%2f..%2fv1%2fentries")]
    [InlineData("/healthz;/v1/entries")]
    [InlineData("/healthz#/v1/entries")]
    [InlineData("/HEALTHZ")]
    [InlineData("/healthz/")]
    [InlineData("//healthz")]
    [InlineData("/v1//entries")]
    [InlineData("/V1/entries")]
    [InlineData("/v1/entries/../../oauth/token/../../v1/entries")]
    [InlineData("/v1/entries\\..\\..\\healthz")]
    [InlineData("/oauth/token/")]
    [InlineData("/openapi/v1.json/x")]
    [InlineData("/nothing")]
    [InlineData("*")]
    [InlineData("/v1/entries/%00")]
    public async Task Case_12_No_spelling_of_a_path_gets_around_the_key(string target)
    {
        var answer = await RawHttp.SendAsync(served.Sidecar.Address, RawHttp.Get(target, Host));

        Assert.Matches("^HTTP/1.1 (400|401|404|405)", answer);
        Assert.DoesNotContain("\"entries\"", answer, StringComparison.Ordinal);
        Assert.DoesNotContain("\"status\":\"ok\"", answer, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("POST", "/v1/entries", 405)]
    [InlineData("PUT", "/v1/entries/GOOGLE-Mail/token", 405)]
    [InlineData("GET", "/v1/entries/GOOGLE-Mail/token/refresh", 405)]
    [InlineData("GET", "/oauth/token", 405)]
    [InlineData("TRACE", "/v1/entries", 405)]
    [InlineData("GET", "/v1/nothing", 404)]
    [InlineData("GET", "/v1/entries/GOOGLE-Nobody", 404)]
    [InlineData("GET", "/v1/entries/GOOGLE-Mail/token?min_ttl=-1", 400)]
    [InlineData("GET", "/v1/entries/GOOGLE-Mail/token?min_ttl=1e9", 400)]
    [InlineData("GET", "/v1/entries/GOOGLE-Mail/token?entity=0", 400)]
    [InlineData("GET", "/v1/entries/GOOGLE-Mail/token?entity=1&entity=2", 400)]
    [InlineData("DELETE", "/v1/entries/GOOGLE-Mail/token?revoke=perhaps", 400)]
    public async Task Every_refusal_is_problem_json_that_is_not_stored(string method, string path, int status)
    {
        using var response = await served.Sidecar.Client.SendAsync(new HttpRequestMessage(new HttpMethod(method), path));

        Assert.Equal(status, (int)response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        Assert.Contains("\"code\":\"", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.True(response.Headers.CacheControl?.NoStore);
    }

    [Theory]
    [InlineData("/healthz", true)]
    [InlineData("/readyz", true)]
    [InlineData("/v1/entries", true)]
    [InlineData("/v1/entries/GOOGLE-Mail/token", true)]
    [InlineData("/v1/entries", false)]
    [InlineData("/openapi/v1.json", true)]
    public async Task Every_answer_says_no_store_and_names_no_server(string path, bool withKey)
    {
        var answer = await RawHttp.SendAsync(served.Sidecar.Address, RawHttp.Get(path, Host, withKey ? Key : "Accept: */*"));

        Assert.Matches("(?i)cache-control: no-store", answer);
        Assert.DoesNotMatch("(?im)^(server|x-powered-by):", answer);
        Assert.Equal(!withKey, answer.StartsWith("HTTP/1.1 401", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Case_13_Health_tells_nothing_but_yes_or_no()
    {
        using var anonymous = new HttpClient { BaseAddress = served.Sidecar.Address };

        Assert.Equal("""{"status":"ok"}""", await anonymous.GetStringAsync(new Uri("/healthz", UriKind.Relative)));
        Assert.Equal("""{"status":"ok"}""", await anonymous.GetStringAsync(new Uri("/readyz", UriKind.Relative)));
        Assert.Contains(
            "\"/v1/entries/{entry}/token\"",
            await anonymous.GetStringAsync(new Uri("/openapi/v1.json", UriKind.Relative)),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task Case_17_Many_wrong_keys_are_slowed_down_make_few_log_lines_and_block_nobody()
    {
        await Parallel.ForEachAsync(
            Enumerable.Range(0, 500),
            new ParallelOptions { MaxDegreeOfParallelism = 16 },
            async (_, cancellation) =>
            {
                using var request = new HttpRequestMessage(HttpMethod.Get, TokenPath);
                request.Headers.Authorization = new("Bearer", "wrong");
                using var response = await served.Sidecar.Client.SendAsync(request, cancellation);
                Assert.Equal(401, (int)response.StatusCode);
            }
        );

        Assert.Equal(200, await served.Sidecar.StatusAsync(TokenPath));
        Assert.InRange(Refusals().Count(served.Sidecar.Output), 1, 10);
    }

    [GeneratedRegex("without a valid API key")]
    private static partial Regex Refusals();
}
