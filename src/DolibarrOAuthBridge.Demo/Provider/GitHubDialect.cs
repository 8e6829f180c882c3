// SPDX-License-Identifier: GPL-3.0-or-later

using System.Text.Json;
using System.Text.Json.Nodes;

namespace DolibarrOAuthBridge.Demo.Provider;

/// <summary>
/// How GitHub's token endpoint differs from RFC 6749: errors come with status 200 and names of its own, scopes are separated
/// by commas, and the answer is a form unless JSON is asked for.
/// </summary>
internal static class GitHubDialect
{
    /// <summary>Puts a token endpoint's answer into GitHub's words.</summary>
    public static byte[] Translate(HttpContext context, byte[] answer, string? grantType)
    {
        if (JsonNode.Parse(answer) is not JsonObject members)
        {
            return answer;
        }

        if ((string?)members["error"] is { } error)
        {
            context.Response.StatusCode = StatusCodes.Status200OK;
            members["error"] = (error, grantType) switch
            {
                ("invalid_grant", "refresh_token") => "bad_refresh_token",
                ("invalid_grant", "authorization_code") => "bad_verification_code",
                ("invalid_grant", _) => "incorrect_device_code",
                ("invalid_client", _) => "incorrect_client_credentials",
                _ => error,
            };
        }

        if ((string?)members["scope"] is { } scope)
        {
            members["scope"] = scope.Replace(' ', ',');
        }

        if (context.Request.Headers.Accept.ToString().Contains("application/json", StringComparison.OrdinalIgnoreCase))
        {
            return JsonSerializer.SerializeToUtf8Bytes(members);
        }

        context.Response.ContentType = "application/x-www-form-urlencoded; charset=utf-8";
        return System.Text.Encoding.UTF8.GetBytes(
            string.Join('&', members.Select(member => $"{member.Key}={Uri.EscapeDataString(member.Value?.ToString() ?? string.Empty)}"))
        );
    }
}
