// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Consents;

namespace DolibarrOAuthBridge.Tests.Consents;

public sealed class AuthorizationResponseTests
{
    [Fact]
    public void A_description_is_one_line_of_at_most_two_hundred_characters()
    {
        var answer = new AuthorizationResponse
        {
            Error = "access_denied",
            ErrorDescription = "<script>\r\nSet-Cookie: a=b\0" + new string('x', 500),
        };

        Assert.StartsWith("access_denied: <script>  Set-Cookie: a=b ", answer.Refusal, StringComparison.Ordinal);
        Assert.True(answer.Refusal.TrimEnd('…').Length <= "access_denied: ".Length + 200);
        Assert.DoesNotContain(answer.Refusal, char.IsControl);
    }

    [Fact]
    public void A_description_turns_no_text_around_and_repeats_no_code()
    {
        var answer = new AuthorizationResponse
        {
            Error = "access_denied",
            State = "state-of-a-session",
            Code = "code-of-the-grant",
            ErrorDescription = "denied\u202e\u200b\u2028 code-of-the-grant, state-of-a-session",
        };

        Assert.Equal("access_denied: denied    [redacted], [redacted]", answer.Refusal);
    }

    [Fact]
    public void An_error_without_description_is_the_error() =>
        Assert.Equal("access_denied", new AuthorizationResponse { Error = "access_denied", ErrorDescription = "" }.Refusal);

    [Fact]
    public void It_does_not_print_the_code() =>
        Assert.DoesNotContain(
            "secret",
            new AuthorizationResponse { Code = "secret", SessionBinding = "secret" }.ToString(),
            StringComparison.Ordinal
        );
}
