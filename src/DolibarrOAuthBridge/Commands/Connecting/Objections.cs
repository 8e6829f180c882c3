// SPDX-License-Identifier: GPL-3.0-or-later

namespace DolibarrOAuthBridge.Commands.Connecting;

/// <summary>What is wrong with an answer, in words; null where nothing is.</summary>
internal static class Objections
{
    public static bool IsLabel(string answer) => answer.Length > 0 && answer.All(char.IsAsciiLetterOrDigit);

    public static string? NoSpaces(string answer) =>
        answer.Length == 0 || answer.Any(char.IsWhiteSpace) ? "It has no spaces and is not empty." : null;

    public static string? Tenant(string answer) =>
        NoSpaces(answer) ?? (answer.AsSpan().ContainsAny('/', ':') ? "It is a directory ID or a domain, not a URL." : null);

    public static string? Server(string answer) =>
        Uri.TryCreate(answer, UriKind.Absolute, out var uri)
        && (uri.Scheme == Uri.UriSchemeHttps || (uri.Scheme == Uri.UriSchemeHttp && uri.IsLoopback))
            ? null
            : "It begins with https://.";
}
