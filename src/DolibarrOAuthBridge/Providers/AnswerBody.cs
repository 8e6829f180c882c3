// SPDX-License-Identifier: GPL-3.0-or-later

using System.IO.Compression;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.WebUtilities;

namespace DolibarrOAuthBridge.Providers;

/// <summary>The body of a token endpoint's answer, inflated and read as the JSON object that it stands for.</summary>
internal static class AnswerBody
{
    private const string FormType = "application/x-www-form-urlencoded";

    /// <summary>The bytes of a body without its content coding (gzip, deflate, br), at most <paramref name="limit"/> of them.</summary>
    /// <param name="body">The bytes as they came.</param>
    /// <param name="encodings">The codings in the order of the header Content-Encoding.</param>
    /// <param name="limit">The most bytes that the inflated body may have.</param>
    /// <exception cref="FormatException">It is coded otherwise than it says, or too large. The message is safe to log.</exception>
    public static byte[] Inflate(byte[] body, IEnumerable<string> encodings, int limit)
    {
        foreach (var encoding in encodings.Reverse())
        {
            using var coded = new MemoryStream(body);
            using Stream? inflated = encoding.ToLowerInvariant() switch
            {
                "gzip" or "x-gzip" => new GZipStream(coded, CompressionMode.Decompress),
                "deflate" => new ZLibStream(coded, CompressionMode.Decompress),
                "br" => new BrotliStream(coded, CompressionMode.Decompress),
                "identity" => null,
                _ => throw new FormatException("it has a content coding that nobody asked for"),
            };
            body = inflated is null ? body : ReadAll(inflated, limit);
        }

        return body;
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

    private static byte[] ReadAll(Stream stream, int limit)
    {
        try
        {
            using var whole = new MemoryStream();
            var buffer = new byte[16 * 1024];
            for (int read; (read = stream.Read(buffer)) > 0;)
            {
                whole.Write(buffer, 0, read);
                if (whole.Length > limit)
                {
                    throw new FormatException("it is too large when inflated");
                }
            }

            return whole.ToArray();
        }
        catch (Exception exception) when (exception is InvalidDataException or InvalidOperationException)
        {
            throw new FormatException("its content coding is broken", exception);
        }
    }
}
