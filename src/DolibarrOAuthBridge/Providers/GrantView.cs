// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Dolibarr.Php;
using DolibarrOAuthBridge.Dolibarr.Tokens;

namespace DolibarrOAuthBridge.Providers;

/// <summary>
/// What a stored token means. Stock code files answers of Generic and GitHub away as "never expires" with the refresh
/// token and the lifetime among the parameters; here they count as what they are.
/// </summary>
internal sealed class GrantView
{
    private static readonly string[] Misfiled = ["refresh_token", "expires_in", "created_at"];

    private GrantView(string? refreshToken, EndOfLife endOfLife, PhpArray parameters)
    {
        RefreshToken = refreshToken;
        EndOfLife = endOfLife;
        Parameters = parameters;
    }

    /// <summary>The refresh token; null if there is none.</summary>
    public string? RefreshToken { get; }

    /// <summary>When the access token ends.</summary>
    public EndOfLife EndOfLife { get; }

    /// <summary>The parameters without what was misfiled.</summary>
    public PhpArray Parameters { get; }

    /// <summary>Reads a stored token.</summary>
    public static GrantView Of(StoredToken token)
    {
        var refreshToken = string.IsNullOrEmpty(token.RefreshToken) ? token.ExtraParams.GetString("refresh_token") : token.RefreshToken;
        var endOfLife = token.EndOfLife;
        if (endOfLife.IsNever && token.ExtraParams.GetInt("expires_in") is { } lifetime)
        {
            endOfLife = token.ExtraParams.GetInt("created_at") is { } createdAt and > 0
                ? EndOfLife.At(
                    DateTimeOffset.FromUnixTimeSeconds(
                        Math.Min(createdAt, 253_402_300_799 - Math.Clamp(lifetime, 0, 1_000_000_000))
                            + Math.Clamp(lifetime, 0, 1_000_000_000)
                    )
                )
                : EndOfLife.Unknown;
        }

        var parameters = token.ExtraParams;
        if (string.IsNullOrEmpty(token.RefreshToken) && token.EndOfLife.IsNever)
        {
            parameters = Misfiled.Aggregate(parameters, (rest, name) => rest.Without(name));
        }

        return new GrantView(string.IsNullOrEmpty(refreshToken) ? null : refreshToken, endOfLife, parameters);
    }
}
