// SPDX-License-Identifier: GPL-3.0-or-later

using System.Text.RegularExpressions;

namespace DolibarrOAuthBridge.Demo.Provider;

/// <summary>Where the stand-in answers: each endpoint's own path first, then those of the providers that Dolibarr knows.</summary>
internal static partial class StandInPaths
{
    /// <summary>Google's revocation endpoints, which know no client authentication.</summary>
    public static readonly IReadOnlyList<string> GoogleRevocation = ["/revoke", "/o/oauth2/revoke"];

    private static readonly Dictionary<StandInEndpoint, string[]> Paths = new()
    {
        [StandInEndpoint.Authorization] =
        [
            "/oauth/authorize",
            "/o/oauth2/v2/auth",
            "/o/oauth2/auth",
            "/oauth2/v2.0/authorize",
            "/login/oauth/authorize",
        ],
        [StandInEndpoint.Token] = ["/oauth/token", "/token", "/o/oauth2/token", "/oauth2/v2.0/token", "/login/oauth/access_token"],
        [StandInEndpoint.DeviceAuthorization] = ["/oauth/device", "/device/code", "/oauth2/v2.0/devicecode", "/login/device/code"],
        [StandInEndpoint.DeviceVerification] = ["/device"],
        [StandInEndpoint.Introspection] = ["/oauth/introspect"],
        [StandInEndpoint.Revocation] = ["/oauth/revoke", .. GoogleRevocation],
        [StandInEndpoint.UserInfo] = ["/oauth/userinfo", "/v1/userinfo", "/oidc/userinfo"],
        [StandInEndpoint.Discovery] =
        [
            "/.well-known/openid-configuration",
            "/.well-known/oauth-authorization-server",
            "/v2.0/.well-known/openid-configuration",
        ],
        [StandInEndpoint.Keys] = ["/oauth/keys", "/oauth2/v3/certs", "/discovery/v2.0/keys"],
    };

    private static readonly Dictionary<string, StandInEndpoint> Endpoints = Paths
        .SelectMany(endpoint => endpoint.Value.Select(path => (path, endpoint.Key)))
        .ToDictionary(pair => pair.path, pair => pair.Key, StringComparer.Ordinal);

    /// <summary>An endpoint's paths.</summary>
    public static string[] Of(StandInEndpoint endpoint) => Paths[endpoint];

    /// <summary>The endpoint of a path.</summary>
    public static StandInEndpoint Find(PathString path) => Endpoints.GetValueOrDefault(path.Value ?? "/");

    /// <summary>Takes Microsoft's tenant off a path: all tenants are one here.</summary>
    public static PathString WithoutTenant(PathString path) =>
        MicrosoftPath().Match(path.Value ?? "/") is { Success: true } match ? new PathString(match.Groups["rest"].Value) : path;

    /// <summary>Whether the path is one of GitHub's, whose dialect differs.</summary>
    public static bool IsGitHub(PathString path) => path.StartsWithSegments("/login", StringComparison.Ordinal);

    [GeneratedRegex(
        "^/[^/]+(?<rest>/oauth2/v2\\.0/(authorize|token|devicecode)|/v2\\.0/\\.well-known/openid-configuration|/discovery/v2\\.0/keys)$"
    )]
    private static partial Regex MicrosoftPath();
}
