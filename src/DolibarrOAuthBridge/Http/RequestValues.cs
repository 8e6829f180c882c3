// SPDX-License-Identifier: GPL-3.0-or-later

using System.Globalization;

namespace DolibarrOAuthBridge.Http;

/// <summary>The values that requests carry in their query, with clear words where they are wrong.</summary>
internal static class RequestValues
{
    private const int LongestTtl = 24 * 3600; // seconds

    /// <summary><c>entity</c>: a company, 1 if not given.</summary>
    public static int Entity(string? text) =>
        text is null ? 1
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var entity) && entity >= 1 ? entity
        : throw new BridgeException(ProblemCode.InvalidRequest, "entity must be a whole number from 1.");

    public static int EntityOrDefault(HttpRequest request) =>
        request.Query["entity"] is [{ } text]
        && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var entity)
        && entity >= 1
            ? entity
            : 1;

    /// <summary><c>min_ttl</c> in seconds; null if not given.</summary>
    public static TimeSpan? MinTtl(string? text) =>
        text is null ? null
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) && seconds <= LongestTtl
            ? TimeSpan.FromSeconds(seconds)
        : throw new BridgeException(ProblemCode.InvalidRequest, $"min_ttl must be a whole number of seconds from 0 to {LongestTtl}.");

    /// <summary>A whole number; null if not given.</summary>
    public static long? Number(string? text, string name, long least, long most) =>
        string.IsNullOrEmpty(text) ? null
        : long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most ? number
        : throw new BridgeException(
            ProblemCode.InvalidRequest,
            $"{name} must be a whole number from {least}{(most == long.MaxValue ? string.Empty : $" to {most}")}."
        );

    /// <summary>A yes or no; no if not given.</summary>
    public static bool Flag(string? text, string name) =>
        text switch
        {
            null or "false" or "0" => false,
            "true" or "1" => true,
            _ => throw new BridgeException(ProblemCode.InvalidRequest, $"{name} must be true or false."),
        };

    /// <summary><c>session_binding</c>: what only one browser's session knows.</summary>
    public static string SessionBinding(string? text) =>
        text is { Length: > 0 and <= 512 }
            ? text
            : throw new BridgeException(
                ProblemCode.InvalidRequest,
                "session_binding must be a secret of the browser's session, of up to 512 characters."
            );

    /// <summary><c>session_key</c>: what all sign-ins of one browser's session have in common; null if not given.</summary>
    public static string? SessionKey(string? text) =>
        string.IsNullOrEmpty(text) ? null
        : text.Length <= 512 ? text
        : throw new BridgeException(ProblemCode.InvalidRequest, "session_key must have at most 512 characters.");

    /// <summary><c>redirect_uri</c>: a page of Dolibarr as registered at the provider; null if not given.</summary>
    public static string? RedirectUri(string? text) =>
        string.IsNullOrEmpty(text) ? null
        : text.Length <= 2048
        && Uri.TryCreate(text, UriKind.Absolute, out var uri)
        && uri.Scheme is "https" or "http"
        && uri.Host.Length > 0
        && uri.UserInfo.Length == 0
        && uri.Fragment.Length == 0
        && !text.Any(char.IsControl)
            ? text
        : throw new BridgeException(ProblemCode.InvalidRequest, "redirect_uri must be an absolute http or https URL without a fragment.");
}
