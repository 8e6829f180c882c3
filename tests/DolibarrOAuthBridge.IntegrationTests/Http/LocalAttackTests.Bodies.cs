// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.IntegrationTests.Support;

namespace DolibarrOAuthBridge.IntegrationTests.Http;

/// <content>Bodies that no client would send.</content>
public sealed partial class LocalAttackTests
{
    public static TheoryData<string> OddBodies =>
        new()
        {
            "Content-Type: multipart/form-data; boundary=x\r\nContent-Length: 5\r\n\r\n--x\r\n",
            "Content-Type: multipart/form-data\r\nContent-Length: 5\r\n\r\n--x\r\n",
            "Content-Type: multipart/form-data; boundary=x\r\nContent-Length: 0\r\n\r\n",
            "Content-Type: text/plain\r\nContent-Length: 2\r\n\r\n{}",
            "Content-Type: \r\nContent-Length: 2\r\n\r\n{}",
            "Content-Type: application/json; charset=utf-99\r\nContent-Length: 2\r\n\r\n{}",
            "Content-Type: application/json; charset=utf-7\r\nContent-Length: 2\r\n\r\n{}",
            "Content-Type: application/json; charset=utf-16\r\nContent-Length: 3\r\n\r\n{}x",
            "Content-Type: application/json\r\nContent-Length: 0\r\n\r\n",
            "Content-Type: application/json\r\n\r\n",
            "Content-Type: application/json\r\nContent-Length: 4\r\n\r\nnull",
            "Content-Type: application/json\r\nContent-Length: 2\r\n\r\n[]",
            "Content-Type: application/json\r\nContent-Length: 3\r\n\r\n{\"a",
            "Content-Type: application/json\r\nContent-Length: 3\r\n\r\n\"\u00ff\u00fe",
            "Content-Type: application/json\r\nContent-Length: 20\r\n\r\n{\"state\":[\"\\ud800\"]}",
            "Content-Type: application/json\r\nContent-Length: 13\r\n\r\n{\"state\": 12}",
            "Content-Type: application/json\r\nContent-Length: 18\r\n\r\n{\"state\":\"\\ud800\"}",
            "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
            "Content-Type: application/json\r\nTransfer-Encoding: gzip\r\n\r\n{}",
            "Content-Type: application/json\r\nContent-Encoding: gzip\r\nContent-Length: 2\r\n\r\n{}",
            "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 3\r\n\r\n%zz",
            "Content-Type: application/x-www-form-urlencoded; charset=utf-99\r\nContent-Length: 3\r\n\r\na=b",
            "Content-Type: application/x-www-form-urlencoded; charset=utf-7\r\nContent-Length: 3\r\n\r\na=b",
            "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 3\r\n\r\n\u00ff=\u00fe",
            "Content-Length: 2\r\n\r\n{}",
        };

    [Theory]
    [MemberData(nameof(OddBodies))]
    public async Task Every_malformed_request_is_a_4xx_and_no_failure_in_the_log(string headersAndBody)
    {
        string[] targets =
        [
            "/oauth/token",
            "/oauth/token?entity=x",
            $"/v1/entries/{World.Entry}/consent",
            "/v1/consent/callback",
            $"/v1/entries/{World.Entry}/login",
            "/v1/login/callback",
            $"/v1/entries/{World.Entry}/check/smtp",
            $"/v1/entries/{World.Entry}/check/imap?entity=0",
            "/v1/entries/%00%ff/consent",
            "/v1/entries/..%2f..%2fx/token/refresh",
        ];
        foreach (var target in targets)
        {
            var answer = await RawHttp.SendAsync(
                served.Sidecar.Address,
                $"POST {target} HTTP/1.1\r\n{Host}\r\n{Key}\r\nConnection: close\r\n{headersAndBody}"
            );

            Assert.Matches("^HTTP/1.1 4", answer);
        }

        Assert.DoesNotContain("failed unexpectedly", served.Sidecar.Output, StringComparison.Ordinal);
    }
}
