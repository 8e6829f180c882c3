// SPDX-License-Identifier: GPL-3.0-or-later

using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http.Metadata;

namespace DolibarrOAuthBridge.Http;

/// <summary>
/// A JSON answer that says its length and leaves in one piece. The framework's own is chunked: two packets, and the caller wakes twice.
/// For the calls that Dolibarr makes for every mail.
/// </summary>
internal sealed class WholeAnswer<T>(T value, JsonTypeInfo<T> type) : IResult, IEndpointMetadataProvider
{
    public Task ExecuteAsync(HttpContext httpContext) =>
        WholeAnswer.WriteAsync(httpContext, JsonSerializer.SerializeToUtf8Bytes(value, type));

    public static void PopulateMetadata(MethodInfo method, EndpointBuilder builder) =>
        builder.Metadata.Add(new ProducesResponseTypeMetadata(StatusCodes.Status200OK, typeof(T), ["application/json"]));
}

/// <summary>Writes an answer in one piece.</summary>
internal static class WholeAnswer
{
    private const string ContentType = "application/json; charset=utf-8";

    /// <summary>Writes the body of a JSON answer.</summary>
    public static Task WriteAsync(HttpContext context, byte[] body)
    {
        context.Response.ContentType = ContentType;
        context.Response.ContentLength = body.Length;
        var written = context.Response.BodyWriter.WriteAsync(body, context.RequestAborted);
        return written.IsCompletedSuccessfully ? Task.CompletedTask : written.AsTask();
    }
}
