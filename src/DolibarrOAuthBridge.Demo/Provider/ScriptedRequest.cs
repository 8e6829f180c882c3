// SPDX-License-Identifier: GPL-3.0-or-later

namespace DolibarrOAuthBridge.Demo.Provider;

/// <summary>A request that a scripted provider received, as it came. Not a printing record: it holds credentials.</summary>
public sealed class ScriptedRequest
{
    /// <summary>The method.</summary>
    public required string Method { get; init; }

    /// <summary>The path, without the query.</summary>
    public required string Path { get; init; }

    /// <summary>The query's fields; the first value of each.</summary>
    public required IReadOnlyDictionary<string, string> Query { get; init; }

    /// <summary>The form's fields, empty if there is no form; the first value of each.</summary>
    public required IReadOnlyDictionary<string, string> Form { get; init; }

    /// <summary>The headers, their names in any case.</summary>
    public required IReadOnlyDictionary<string, string> Headers { get; init; }

    /// <summary>A field of the form, or null.</summary>
    public string? this[string field] => Form.GetValueOrDefault(field);

    internal static async Task<ScriptedRequest> ReadAsync(HttpRequest request)
    {
        var form = request.HasFormContentType ? await request.ReadFormAsync(request.HttpContext.RequestAborted) : FormCollection.Empty;
        return new ScriptedRequest
        {
            Method = request.Method,
            Path = request.Path.Value ?? string.Empty,
            Query = request.Query.ToDictionary(field => field.Key, field => field.Value[0] ?? string.Empty),
            Form = form.ToDictionary(field => field.Key, field => field.Value[0] ?? string.Empty),
            Headers = request.Headers.ToDictionary(
                header => header.Key,
                header => header.Value.ToString(),
                StringComparer.OrdinalIgnoreCase
            ),
        };
    }
}
