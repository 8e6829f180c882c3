// SPDX-License-Identifier: GPL-3.0-or-later

using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;

namespace DolibarrOAuthBridge.Demo.Provider;

/// <summary>Stands around the real endpoints: notes each request and its outcome, and lets go wrong what is meant to go wrong.</summary>
internal sealed class StandInAnswers(StandInState state) : IDisposable
{
    // OpenIddict lets two refreshes with one token pass when they come at the very same time; a stand-in must not.
    private readonly SemaphoreSlim _tokenRequests = new(1);

    public async Task HandleAsync(HttpContext context, RequestDelegate next)
    {
        var path = context.Request.Path;
        context.Request.Path = StandInPaths.WithoutTenant(path);
        var endpoint = StandInPaths.Find(context.Request.Path);
        var form = context.Request.HasFormContentType ? await context.Request.ReadFormAsync(context.RequestAborted) : FormCollection.Empty;
        var grantType = form["grant_type"].FirstOrDefault();
        var time = state.Options.TimeProvider;
        var request = new StandInRequest(
            endpoint,
            path.Value ?? "/",
            grantType,
            ClientId(context, form),
            null,
            null,
            time.GetUtcNow(),
            null
        );
        var isSeed = state.IsSeed(context);
        var record = new StandInRecord(context, request, isSeed ? null : state.Requests, time);
        record.EndWithAnswer();
        try
        {
            var (fault, cleared) = endpoint == StandInEndpoint.Token && !isSeed ? state.Faults.Take() : default;
            await AnswerAsync(context, next, record, fault, cleared);
        }
        finally
        {
            record.End(context.RequestAborted.IsCancellationRequested ? null : context.Response.StatusCode);
        }
    }

    /// <inheritdoc />
    public void Dispose() => _tokenRequests.Dispose();

    private async Task AnswerAsync(
        HttpContext context,
        RequestDelegate next,
        StandInRecord record,
        TokenFault? fault,
        CancellationToken cleared
    )
    {
        var faultContext = new TokenFaultContext(context, record, state.Options.TimeProvider, cleared);
        if (fault?.Before is { } before)
        {
            record.Outcome = "fault:" + fault.Name;
            if (await before(faultContext))
            {
                return;
            }
        }

        var endpoint = record.Request.Endpoint;
        var answer = await ComputeAsync(context, next, endpoint);
        var outcome = Outcome(context.Response, answer);
        if (endpoint == StandInEndpoint.Token && StandInPaths.IsGitHub(context.Request.Path))
        {
            answer = GitHubDialect.Translate(context, answer, record.Request.GrantType);
        }

        context.Response.ContentLength = null;
        if (fault?.After is { } after)
        {
            record.Outcome = "fault:" + fault.Name;
            if (await after(faultContext, answer))
            {
                return;
            }
        }

        record.Outcome = outcome;
        if (answer.Length > 0)
        {
            context.Response.ContentLength = answer.Length;
            await context.Response.Body.WriteAsync(answer, context.RequestAborted);
        }
    }

    private async Task<byte[]> ComputeAsync(HttpContext context, RequestDelegate next, StandInEndpoint endpoint)
    {
        var body = context.Response.Body;
        using var answer = new MemoryStream();
        context.Response.Body = answer;
        if (endpoint == StandInEndpoint.Token)
        {
            await _tokenRequests.WaitAsync(context.RequestAborted);
        }

        try
        {
            await (
                endpoint == StandInEndpoint.Revocation && IsGoogleRevocation(context)
                    ? GoogleRevocation.RevokeAsync(context, state)
                    : next(context)
            );
        }
        finally
        {
            if (endpoint == StandInEndpoint.Token)
            {
                _tokenRequests.Release();
            }

            context.Response.Body = body;
        }

        return answer.ToArray();
    }

    private static bool IsGoogleRevocation(HttpContext context) =>
        StandInPaths.GoogleRevocation.Contains(context.Request.Path.Value) && !GoogleRevocation.NamesClient(context);

    private static string Outcome(HttpResponse response, byte[] answer)
    {
        if (
            response.Headers.Location.ToString() is { Length: > 0 } location
            && Uri.TryCreate(location, UriKind.RelativeOrAbsolute, out var target)
        )
        {
            var query = location.IndexOf('?', StringComparison.Ordinal) is >= 0 and var start ? location[start..] : string.Empty;
            return target.IsAbsoluteUri && QueryHelpers.ParseQuery(query).TryGetValue("error", out var error)
                ? error.ToString()
                : StandInRequest.Ok;
        }

        if (response.StatusCode < StatusCodes.Status400BadRequest)
        {
            return StandInRequest.Ok;
        }

        return ErrorIn(response, answer) ?? $"http_{response.StatusCode}";
    }

    private static string? ErrorIn(HttpResponse response, byte[] answer)
    {
        // OpenIddict's errors for people: "error:invalid_request" and so on, line by line.
        const string Label = "error:";
        if (response.ContentType?.StartsWith("text/plain", StringComparison.Ordinal) == true)
        {
            var first = Encoding.UTF8.GetString(answer).Split('\n')[0].Trim();
            return first.StartsWith(Label, StringComparison.Ordinal) ? first[Label.Length..] : null;
        }

        if (response.ContentType?.StartsWith("application/json", StringComparison.Ordinal) == true)
        {
            using var json = JsonDocument.Parse(answer);
            return json.RootElement.TryGetProperty("error", out var error) ? error.GetString() : null;
        }

        return null;
    }

    private static string? ClientId(HttpContext context, IFormCollection form)
    {
        if (AuthenticationHeader(context) is { } credentials)
        {
            return Uri.UnescapeDataString(credentials.Split(':')[0].Replace('+', ' '));
        }

        return form["client_id"].FirstOrDefault() ?? context.Request.Query["client_id"].FirstOrDefault();
    }

    private static string? AuthenticationHeader(HttpContext context)
    {
        const string Basic = "Basic ";
        var header = context.Request.Headers[HeaderNames.Authorization].ToString();
        var bytes = new byte[header.Length];
        return
            header.StartsWith(Basic, StringComparison.OrdinalIgnoreCase)
            && Convert.TryFromBase64String(header[Basic.Length..].Trim(), bytes, out var length)
            ? Encoding.UTF8.GetString(bytes, 0, length)
            : null;
    }
}
