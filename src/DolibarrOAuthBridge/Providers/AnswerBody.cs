// SPDX-License-Identifier: GPL-3.0-or-later

using System.IO.Compression;
using System.Runtime.ExceptionServices;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.WebUtilities;

namespace DolibarrOAuthBridge.Providers;

/// <summary>The body of a token endpoint's answer, inflated and read as the JSON object that it stands for.</summary>
internal static class AnswerBody
{
    private const int BufferSize = 16 * 1024;
    private const string FormType = "application/x-www-form-urlencoded";

    /// <summary>
    /// Receives a body and takes its content coding (gzip, deflate, br) off. Whatever ends it early, what came until then is there: it may
    /// hold the only working refresh token.
    /// </summary>
    /// <param name="content">The answer's content, not yet read.</param>
    /// <param name="limit">The most bytes that are taken, as they come and inflated.</param>
    /// <param name="cancellationToken">Ends the wait; the bytes until then are there all the same.</param>
    public static async Task<ReceivedBody> ReceiveAsync(HttpContent content, int limit, CancellationToken cancellationToken)
    {
        using var bytes = new MemoryStream();
        Exception? end = null;
        try
        {
            await using var stream = await content.ReadAsStreamAsync(cancellationToken);
            if (!await TryCopyAsync(stream, bytes, limit, BufferSize, cancellationToken))
            {
                end = new HttpRequestException(HttpRequestError.ConfigurationLimitExceeded);
            }
        }
        catch (Exception exception) when (exception is IOException or HttpRequestException or OperationCanceledException)
        {
            end = exception is IOException broken
                ? new HttpRequestException(HttpRequestError.ResponseEnded, broken.Message, broken)
                : exception;
        }

        var (body, problem) = await InflateAsync(bytes.ToArray(), content.Headers.ContentEncoding, limit);
        return new ReceivedBody(body, end ?? problem);
    }

    private static async Task<(byte[] Body, FormatException? Problem)> InflateAsync(byte[] body, IEnumerable<string> encodings, int limit)
    {
        foreach (var encoding in encodings.Reverse())
        {
            Func<Stream, Stream>? decoder = encoding.ToLowerInvariant() switch
            {
                "gzip" or "x-gzip" => static coded => new GZipStream(coded, CompressionMode.Decompress),
                "deflate" => static coded => new ZLibStream(coded, CompressionMode.Decompress),
                "br" => static coded => new BrotliStream(coded, CompressionMode.Decompress),
                _ => null,
            };
            if (encoding.Equals("identity", StringComparison.OrdinalIgnoreCase))
            {
                continue;
            }

            if (decoder is null)
            {
                return (body, new FormatException("it has a content coding that nobody asked for"));
            }

            var (inflated, problem) = await InflateAsync(body, decoder, limit, BufferSize);
            if (problem?.InnerException is not null)
            {
                (inflated, _) = await InflateAsync(body, decoder, limit, 1); // a large buffer is lost with the error that ends it
            }

            body = inflated.Length > 0 ? inflated : body; // it may only be labelled so
            if (problem is not null)
            {
                return (body, problem);
            }
        }

        return (body, null);
    }

    private static async Task<(byte[] Body, FormatException? Problem)> InflateAsync(
        byte[] body,
        Func<Stream, Stream> decoder,
        int limit,
        int bufferSize
    )
    {
        using var inflated = new MemoryStream();
        try
        {
            using var coded = new MemoryStream(body);
            var inflating = decoder(coded);
            await using (inflating)
            {
                var isWhole = await TryCopyAsync(inflating, inflated, limit, bufferSize, CancellationToken.None);
                return (inflated.ToArray(), isWhole ? null : new FormatException("it is too large when inflated"));
            }
        }
        catch (Exception exception) when (exception is InvalidDataException or InvalidOperationException)
        {
            return (inflated.ToArray(), new FormatException("its content coding is broken", exception));
        }
    }

    // Whether all of it had room.
    private static async Task<bool> TryCopyAsync(
        Stream from,
        MemoryStream to,
        int limit,
        int bufferSize,
        CancellationToken cancellationToken
    )
    {
        var buffer = new byte[bufferSize];
        for (int read; (read = await from.ReadAsync(buffer, cancellationToken)) > 0;)
        {
            var room = limit - (int)to.Length;
            to.Write(buffer, 0, Math.Min(read, room));
            if (read > room)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>
    /// Reads the body as a JSON object. A form (GitHub's default) counts where it is labelled so; whatever else the label says, JSON
    /// is read, since servers label it as text.
    /// </summary>
    /// <exception cref="FormatException">It is neither. The message is safe to log.</exception>
    /// <exception cref="JsonException">It is not well-formed.</exception>
    public static JsonDocument Read(ReadOnlyMemory<byte> body, string? mediaType)
    {
        if (body.Span.StartsWith(Encoding.UTF8.Preamble))
        {
            body = body[Encoding.UTF8.Preamble.Length..];
        }

        var document = string.Equals(mediaType, FormType, StringComparison.OrdinalIgnoreCase)
            ? ReadForm(body.Span)
            : JsonDocument.Parse(body, StrictJson.Options);
        if (document.RootElement.ValueKind == JsonValueKind.Object)
        {
            return document;
        }

        document.Dispose();
        throw new FormatException("it is not a JSON object");
    }

    /// <summary>The same for a body whose label is not known any more.</summary>
    /// <exception cref="FormatException">It is neither. The message is safe to log.</exception>
    /// <exception cref="JsonException">It is not well-formed.</exception>
    public static JsonDocument Read(ReadOnlyMemory<byte> body) =>
        Read(body, !body.Span.Contains((byte)'{') && body.Span.IndexOf("access_token="u8) >= 0 ? FormType : null);

    private static JsonDocument ReadForm(ReadOnlySpan<byte> body)
    {
        var members = new JsonObject();
        foreach (var pair in new QueryStringEnumerable(Encoding.UTF8.GetString(body)))
        {
            if (!members.TryAdd(pair.DecodeName().ToString(), JsonValue.Create(pair.DecodeValue().ToString())))
            {
                throw new FormatException("it has a parameter twice");
            }
        }

        return JsonDocument.Parse(members.ToJsonString());
    }
}

/// <summary>The bytes of an answer.</summary>
/// <param name="Bytes">All that came, without its content coding.</param>
/// <param name="End">Why that is not the whole; null if it is.</param>
internal sealed record ReceivedBody(byte[] Bytes, Exception? End)
{
    /// <summary>Throws what ended the answer early.</summary>
    /// <exception cref="FormatException">It is too large or its content coding is broken. The message is safe to log.</exception>
    /// <exception cref="HttpRequestException">The connection ended.</exception>
    /// <exception cref="OperationCanceledException">The deadline was over.</exception>
    public void ThrowIfCutOff()
    {
        if (End is not null)
        {
            ExceptionDispatchInfo.Throw(End);
        }
    }
}
