// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Dolibarr.Database;
using Microsoft.AspNetCore.Connections;
using Microsoft.Net.Http.Headers;

namespace DolibarrOAuthBridge.Http;

/// <summary>Turns whatever goes wrong below into problem+json. What nobody foresaw says nothing of itself to the caller.</summary>
internal static partial class Failures
{
    public static IApplicationBuilder UseProblems(this IApplicationBuilder app)
    {
        return app.Use(
            async (context, next) =>
            {
                context.Response.Headers.CacheControl = "no-store";
                context.Response.Headers.XContentTypeOptions = "nosniff";
                try
                {
                    if (HasReadableCharset(context.Request))
                    {
                        await next(context);
                    }
                    else
                    {
                        context.Response.StatusCode = StatusCodes.Status415UnsupportedMediaType;
                    }

                    await AnswerEmptyAsync(context);
                }
                catch (Exception exception) when (exception is BridgeException or StoreException)
                {
                    await Problems.WriteAsync(context, BridgeException.Of(exception));
                }
                catch (BadHttpRequestException exception)
                {
                    await Problems.WriteAsync(
                        context,
                        exception.StatusCode,
                        ProblemCode.InvalidRequest,
                        "The request is malformed or too large."
                    );
                }
                catch (Exception exception)
                    when (exception is OperationCanceledException or IOException
                        && (context.RequestAborted.IsCancellationRequested || IsAbort(exception) || IsAbort(exception.InnerException))
                    )
                {
                    // The caller left, or its place was needed; there is nobody to answer.
                }
#pragma warning disable CA1031 // the edge: nothing may escape with its message
                catch (Exception exception)
#pragma warning restore CA1031
                {
                    var loggers = context.RequestServices.GetRequiredService<ILoggerFactory>(); // of the instance that the request is for
                    Log.Unexpected(loggers.CreateLogger(typeof(Failures).FullName!), exception, context.Request.Method);
                    await Problems.WriteAsync(
                        context,
                        StatusCodes.Status500InternalServerError,
                        ProblemCode.InternalError,
                        "The bridge failed; its log says why."
                    );
                }
            }
        );
    }

    // While the body was read: the request's own token may be cancelled only a moment later.
    private static bool IsAbort(Exception? exception) => exception is ConnectionAbortedException or ConnectionResetException;

    // The framework throws at a name of a character set that it does not know.
    private static bool HasReadableCharset(HttpRequest request) =>
        !MediaTypeHeaderValue.TryParse(request.ContentType, out var type)
        || !type.Charset.HasValue
        || HeaderUtilities.RemoveQuotes(type.Charset).Equals("utf-8", StringComparison.OrdinalIgnoreCase);

    private static Task AnswerEmptyAsync(HttpContext context) =>
        context.Response switch
        {
            { HasStarted: true } => Task.CompletedTask,
            { StatusCode: StatusCodes.Status404NotFound } => Problems.WriteAsync(
                context,
                404,
                ProblemCode.NotFound,
                "There is no such address; /openapi/v1.json lists those there are."
            ),
            { StatusCode: StatusCodes.Status405MethodNotAllowed } => Problems.WriteAsync(
                context,
                405,
                ProblemCode.InvalidRequest,
                "This address does not take that method."
            ),
            { StatusCode: StatusCodes.Status413PayloadTooLarge } => Problems.WriteAsync(
                context,
                413,
                ProblemCode.InvalidRequest,
                "The request is too large."
            ),
            { StatusCode: StatusCodes.Status415UnsupportedMediaType } => Problems.WriteAsync(
                context,
                415,
                ProblemCode.InvalidRequest,
                "The body must be of the type that the address asks for."
            ),
            { StatusCode: StatusCodes.Status400BadRequest } => Problems.WriteAsync(
                context,
                400,
                ProblemCode.InvalidRequest,
                "The request is malformed."
            ),
            _ => Task.CompletedTask,
        };

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "A {Method} request failed unexpectedly.")]
        public static partial void Unexpected(ILogger logger, Exception exception, string method);
    }
}
