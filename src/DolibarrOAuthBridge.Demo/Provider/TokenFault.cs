// SPDX-License-Identifier: GPL-3.0-or-later

using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;

namespace DolibarrOAuthBridge.Demo.Provider;

/// <summary>Something that goes wrong with one request to the token endpoint.</summary>
public sealed class TokenFault
{
    private TokenFault(string name) => Name = name;

    /// <summary>The name that appears in the request log.</summary>
    public string Name { get; }

    /// <summary>What happens before the real endpoint is asked; true where nothing is left to do.</summary>
    internal Func<TokenFaultContext, Task<bool>>? Before { get; private init; }

    /// <summary>
    /// What happens once the real endpoint has done its work and before its answer leaves; true where nothing is left to do.
    /// </summary>
    internal Func<TokenFaultContext, ReadOnlyMemory<byte>, Task<bool>>? After { get; private init; }

    /// <summary>An HTTP status instead of an answer; nothing is issued.</summary>
    /// <param name="status">The status, such as 503.</param>
    /// <param name="retryAfter">For the <c>Retry-After</c> header, in whole seconds; null for none.</param>
    /// <param name="body">The body.</param>
    /// <param name="contentType">The body's type.</param>
    public static TokenFault Status(
        HttpStatusCode status,
        TimeSpan? retryAfter = null,
        string body = "",
        string contentType = "text/plain"
    ) => Instead($"status_{(int)status}", async context =>
        {
            if (retryAfter is { } wait)
            {
                context.Http.Response.Headers.RetryAfter = ((long)wait.TotalSeconds).ToString(CultureInfo.InvariantCulture);
            }

            await context.AnswerAsync(status, contentType, body);
        });

    /// <summary>An OAuth error; nothing is issued.</summary>
    public static TokenFault Error(string error, string? description = null, HttpStatusCode status = HttpStatusCode.BadRequest)
    {
        var members = new Dictionary<string, string> { ["error"] = error };
        if (description is not null)
        {
            members["error_description"] = description;
        }

        return Instead(error, context => context.AnswerAsync(status, "application/json", JsonSerializer.Serialize(members)));
    }

    /// <summary>No answer until the client gives up; nothing is issued.</summary>
    public static TokenFault Hang() => new("hang") { Before = context => context.WaitAsync(Timeout.InfiniteTimeSpan) };

    /// <summary>A redirect (307); nothing is issued.</summary>
    public static TokenFault Redirect(Uri location) => Instead("redirect", context =>
        {
            ArgumentNullException.ThrowIfNull(location);
            context.Http.Response.Headers.Location = location.AbsoluteUri;
            return context.AnswerAsync(HttpStatusCode.TemporaryRedirect, "text/plain", string.Empty);
        });

    /// <summary>A page of HTML with status 200, as a captive portal gives; nothing is issued.</summary>
    public static TokenFault Html() =>
        Instead("html", context =>
            context.AnswerAsync(
                HttpStatusCode.OK,
                "text/html; charset=utf-8",
                "<!doctype html><html><head><title>Sign in to the network</title></head><body>Please accept the terms of use.</body></html>"
            )
        );

    /// <summary>A JSON answer of at least this many bytes with status 200; nothing is issued.</summary>
    public static TokenFault HugeBody(long bytes = 8 * 1024 * 1024) => Instead("huge_body", async context =>
        {
            var (response, aborted) = (context.Http.Response, context.Http.RequestAborted);
            response.ContentType = "application/json";
            await response.WriteAsync("{\"token_type\":\"Bearer\",\"access_token\":\"", aborted);
            var chunk = Encoding.ASCII.GetBytes(new string('A', 64 * 1024));
            for (var sent = 0L; sent < bytes; sent += chunk.Length)
            {
                await response.Body.WriteAsync(chunk, aborted);
            }

            await response.WriteAsync("\",\"expires_in\":3600}", aborted);
        });

    /// <summary>A complete HTTP answer whose JSON ends in the middle.</summary>
    /// <param name="issue">Whether tokens have been issued, and the refresh token spent, before.</param>
    public static TokenFault TruncatedJson(bool issue = false)
    {
        const string Name = "truncated_json";
        return issue
            ? InsteadOfAnswer(Name, (context, answer) =>
                context.AnswerAsync(HttpStatusCode.OK, "application/json", Encoding.UTF8.GetString(answer.Span[..(answer.Length / 2)]))
            )
            : Instead(Name, context =>
                context.AnswerAsync(HttpStatusCode.OK, "application/json", """{"token_type":"Bearer","access_token":"cut-of""")
            );
    }

    /// <summary>An answer that promises more bytes than come before the connection is dropped.</summary>
    /// <param name="issue">Whether tokens have been issued, and the refresh token spent, before.</param>
    public static TokenFault TruncatedBody(bool issue = false)
    {
        const string Name = "truncated_body";
        var half = """{"token_type":"Bearer","access_token":"cut-of"""u8.ToArray();
        return issue
            ? InsteadOfAnswer(Name, (context, answer) => context.AnswerPartlyAsync(answer[..(answer.Length / 2)], answer.Length))
            : Instead(Name, context => context.AnswerPartlyAsync(half, 2 * half.Length));
    }

    /// <summary>The real answer, later by the provider's clock.</summary>
    public static TokenFault Delay(TimeSpan delay) => new("delay") { Before = context => context.WaitAsync(delay) };

    /// <summary>The connection is dropped before anything happens; nothing is issued.</summary>
    public static TokenFault DropBefore() => Instead("drop_before", context => context.DropAsync());

    /// <summary>The tokens are issued and the refresh token is spent, then the connection is dropped before the answer.</summary>
    public static TokenFault DropAfter() => InsteadOfAnswer("drop_after", (context, _) => context.DropAsync());

    internal static TokenFault HoldBefore(TokenFaultGate gate) => new("hold") { Before = gate.HoldAsync };

    internal static TokenFault HoldAfter(TokenFaultGate gate) => new("hold_answer") { After = (context, _) => gate.HoldAsync(context) };

    private static TokenFault Instead(string name, Func<TokenFaultContext, Task> act) =>
        new(name)
        {
            Before = async context =>
            {
                await act(context);
                return true;
            },
        };

    private static TokenFault InsteadOfAnswer(string name, Func<TokenFaultContext, ReadOnlyMemory<byte>, Task> act) =>
        new(name)
        {
            After = async (context, answer) =>
            {
                await act(context, answer);
                return true;
            },
        };
}
