// SPDX-License-Identifier: GPL-3.0-or-later

using System.Text.Json;
using DolibarrOAuthBridge.Providers;

namespace DolibarrOAuthBridge.Tests.Providers;

public sealed class DeviceAuthorizationTests
{
    private const string Good =
        """{"device_code":"dc","user_code":"ABCD-EFGH","verification_uri":"https://microsoft.com/devicelogin","""
        + """ "expires_in":900,"interval":7}""";

    [Fact]
    public void An_answer_is_read()
    {
        var answer = Parse(Good);

        Assert.Equal(
            ("dc", "ABCD-EFGH", "https://microsoft.com/devicelogin", null, 900, 7),
            (
                answer.DeviceCode,
                answer.UserCode,
                answer.VerificationUri.AbsoluteUri,
                answer.VerificationUriComplete,
                answer.ExpiresIn,
                answer.Interval
            )
        );
        Assert.DoesNotContain("dc", answer.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Googles_spelling_and_missing_members_are_understood()
    {
        var answer = Parse(
            """{"device_code":"dc","user_code":"u","verification_url":"https://www.google.com/device","""
                + """ "verification_url_complete":"https://www.google.com/device?c=u","expires_in":1e9,"interval":null}"""
        );

        Assert.Equal(
            ("https://www.google.com/device", "https://www.google.com/device?c=u", 3600, 5),
            (answer.VerificationUri.AbsoluteUri, answer.VerificationUriComplete?.AbsoluteUri, answer.ExpiresIn, answer.Interval)
        );
        Assert.Equal(60, Parse(Good.Replace("\"interval\":7", "\"interval\":1e300", StringComparison.Ordinal)).Interval);
        Assert.Equal(1, Parse(Good.Replace("\"interval\":7", "\"interval\":0", StringComparison.Ordinal)).Interval);
    }

    [Theory]
    [InlineData("\"dc\"", "null")]
    [InlineData("\"dc\"", "5")]
    [InlineData("ABCD-EFGH", "")]
    [InlineData("ABCD-EFGH", "A\\u001b[2J")]
    [InlineData("ABCD-EFGH", "A\\nB")]
    [InlineData("https://microsoft.com/devicelogin", "http://microsoft.com/devicelogin")]
    [InlineData("https://microsoft.com/devicelogin", "javascript:alert(1)")]
    [InlineData("https://microsoft.com/devicelogin", "https://microsoft.com@evil.example/")]
    [InlineData("https://microsoft.com/devicelogin", "/devicelogin")]
    [InlineData("900", "\"soon\"")]
    [InlineData("900", "null")]
    [InlineData("\"interval\":7", "\"interval\":\"7\"")]
    public void What_must_not_be_shown_to_a_person_is_refused(string good, string bad) =>
        Assert.Throws<FormatException>(() => Parse(Good.Replace(good, bad, StringComparison.Ordinal)));

    private static DeviceAuthorization Parse(string json) => DeviceAuthorization.Parse(JsonDocument.Parse(json).RootElement);
}
