// SPDX-License-Identifier: GPL-3.0-or-later

using System.Globalization;
using DolibarrOAuthBridge.Http.Contracts;
using Microsoft.AspNetCore.WebUtilities;

namespace DolibarrOAuthBridge.Http;

/// <summary>Failures as HTTP answers. The only place that knows both codes and statuses.</summary>
internal static class Problems
{
    private static readonly TimeSpan UsualWait = TimeSpan.FromSeconds(30); // where the provider names none

    public static int StatusOf(string code) =>
        code switch
        {
            ProblemCode.InvalidRequest or ProblemCode.StateInvalid => StatusCodes.Status400BadRequest,
            ProblemCode.Unauthorized => StatusCodes.Status401Unauthorized,
            ProblemCode.Forbidden or ProblemCode.IdentityRejected => StatusCodes.Status403Forbidden,
            ProblemCode.EntryNotFound or ProblemCode.TokenNotFound or ProblemCode.NotFound => StatusCodes.Status404NotFound,
            ProblemCode.EntryIncomplete
            or ProblemCode.ConsentRequired
            or ProblemCode.SecretRebound
            or ProblemCode.TokenUnreadable
            or ProblemCode.TokenDuplicate
            or ProblemCode.EntryPaused
            or ProblemCode.AccountChanged => StatusCodes.Status409Conflict,
            ProblemCode.TooManyRequests => StatusCodes.Status429TooManyRequests,
            ProblemCode.ProviderRejected => StatusCodes.Status502BadGateway,
            ProblemCode.ProviderUnavailable or ProblemCode.StoreUnavailable or ProblemCode.StoreNotWritable =>
                StatusCodes.Status503ServiceUnavailable,
            _ => StatusCodes.Status500InternalServerError,
        };

    public static Task WriteAsync(HttpContext context, BridgeException exception) =>
        WriteAsync(context, StatusOf(exception.Code), exception.Code, exception.Message, exception.RetryAfter, exception.Reason);

    public static Task WriteAsync(
        HttpContext context,
        int status,
        string code,
        string detail,
        TimeSpan? retryAfter = null,
        string? reason = null
    )
    {
        if (context.Response.HasStarted)
        {
            return Task.CompletedTask;
        }

        context.Response.StatusCode = status;
        context.Response.Headers.CacheControl = "no-store";
        if (status == StatusCodes.Status401Unauthorized)
        {
            context.Response.Headers.WWWAuthenticate = "Bearer";
        }

        SetRetryAfter(context.Response, status, code, retryAfter);
        var problem = new ProblemJson("about:blank", ReasonPhrases.GetReasonPhrase(status), status, code, detail, reason);
        return context.Response.WriteAsJsonAsync(problem, ApiJson.Default.ProblemJson, "application/problem+json", context.RequestAborted);
    }

    /// <summary>Says when to come again, where an answer with this status says so.</summary>
    public static void SetRetryAfter(HttpResponse response, int status, string code, TimeSpan? retryAfter)
    {
        if (
            (retryAfter ?? (code == ProblemCode.ProviderUnavailable ? UsualWait : null)) is { } wait
            && status is StatusCodes.Status503ServiceUnavailable or StatusCodes.Status429TooManyRequests
        )
        {
            response.Headers.RetryAfter = Math.Max(1, (long)Math.Ceiling(wait.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
        }
    }
}
