// SPDX-License-Identifier: GPL-3.0-or-later

using System.Globalization;
using System.Text.Json;
using DolibarrOAuthBridge.Dolibarr.Php;
using DolibarrOAuthBridge.Dolibarr.Tokens;

namespace DolibarrOAuthBridge.Providers;

/// <summary>A successful answer of a token endpoint (RFC 6749, section 5.1), validated. Not a printing record: it holds tokens.</summary>
internal sealed class TokenResponse
{
    private const int LongestToken = 48 * 1024; // what fits, dolcrypt'ed, into Dolibarr's column of 64 KiB
    private const int LongestParameters = 8 * 1024; // characters of JSON
    private const long LongestLifetime = 10L * 365 * 24 * 3600; // seconds

    private static readonly string[] Own = ["access_token", "refresh_token", "expires_in"];
    private static readonly string[] Needed = ["scope", "token_type", "id_token", "refresh_token_expires_in"];

    private TokenResponse(string accessToken, string? refreshToken, string? idToken, long? expiresIn, PhpArray parameters)
    {
        IdToken = idToken;
        AccessToken = accessToken;
        RefreshToken = refreshToken;
        ExpiresIn = expiresIn;
        Parameters = parameters;
    }

    /// <summary>The access token.</summary>
    public string AccessToken { get; }

    /// <summary>The refresh token; null where the answer has none, which means that the old one stays.</summary>
    public string? RefreshToken { get; }

    /// <summary>The ID token as it came, not validated; null where there is none.</summary>
    public string? IdToken { get; }

    /// <summary>Lifetime in seconds, at least 0; null if not said.</summary>
    public long? ExpiresIn { get; }

    /// <summary>
    /// Every other member, as Dolibarr keeps them in <c>extraParams</c>; only the usual ones where all are too long to store.
    /// </summary>
    public PhpArray Parameters { get; }

    /// <summary>The scopes granted; null where the answer does not say, which means those that were asked for.</summary>
    public string? Scope => Parameters.GetString("scope");

    /// <summary>
    /// How long the refresh token lives (draft-ietf-oauth-refresh-token-expiration; GitHub, Google in Testing); null if not said.
    /// </summary>
    public TimeSpan? RefreshTokenExpiresIn =>
        Parameters.GetInt("refresh_token_expires_in") is { } seconds and > 0 and < LongestLifetime ? TimeSpan.FromSeconds(seconds) : null;

    /// <summary>Validates a JSON object as a token response.</summary>
    /// <exception cref="FormatException">It is none, or holds what must not be stored. The message is safe to log.</exception>
    public static TokenResponse Parse(JsonElement root)
    {
        var accessToken = RequireToken(root, "access_token") ?? throw new FormatException("it has no access_token");
        var refreshToken = RequireToken(root, "refresh_token");
        if (
            root.TryGetProperty("token_type", out var type)
            && (type.ValueKind != JsonValueKind.String || !string.Equals(type.GetString(), "bearer", StringComparison.OrdinalIgnoreCase))
        )
        {
            throw new FormatException("its token_type is not Bearer");
        }

        var idToken = root.TryGetProperty("id_token", out var id) && id.ValueKind == JsonValueKind.String ? id.GetString() : null;
        return new TokenResponse(accessToken, refreshToken, idToken, ReadLifetime(root), ReadParameters(root));
    }

    /// <summary>The token as Dolibarr stores it.</summary>
    /// <param name="previous">The token it renews, whose refresh token and parameters hold where the answer is silent; null for a
    /// first grant.</param>
    /// <param name="missingExpiry">What a missing lifetime means at this provider.</param>
    /// <param name="now">When the answer came.</param>
    public StoredToken ToStoredToken(StoredToken? previous, MissingExpiry missingExpiry, DateTimeOffset now)
    {
        var parameters = previous is null ? PhpArray.Empty : GrantView.Of(previous).Parameters;
        foreach (var (key, value) in Parameters.Entries)
        {
            parameters = parameters.With(
                key is PhpInt number ? number.Value.ToString(CultureInfo.InvariantCulture) : ((PhpString)key).Value,
                value
            );
        }

        var refreshToken = RefreshToken ?? (previous is null ? null : GrantView.Of(previous).RefreshToken);
        var endOfLife =
            ExpiresIn is { } seconds ? EndOfLife.At(now.AddSeconds(seconds))
            : missingExpiry == MissingExpiry.Never && refreshToken is null ? EndOfLife.Never
            : EndOfLife.At(now.AddHours(1));
        return new StoredToken(AccessToken, refreshToken, endOfLife, parameters);
    }

    // What a provider adds must never keep its tokens from fitting into the row: the refresh token is spent by now.
    private static PhpArray ReadParameters(JsonElement root)
    {
        var isLong =
            root.EnumerateObject().Where(member => !Own.Contains(member.Name)).Sum(static member => (long)member.Value.GetRawText().Length)
            > LongestParameters;
        var parameters = PhpArray.FromJson(root);
        return root.EnumerateObject()
            .Select(static member => member.Name)
            .Where(name =>
                Own.Contains(name)
                || (isLong && !(Needed.Contains(name) && root.GetProperty(name).GetRawText().Length <= LongestParameters))
            )
            .Aggregate(parameters, static (rest, name) => rest.Without(name));
    }

    // Visible ASCII only (RFC 6749, appendix A.12): a line break would let a token speak SMTP or IMAP.
    private static string? RequireToken(JsonElement root, string name)
    {
        if (!root.TryGetProperty(name, out var member) || member.ValueKind == JsonValueKind.Null)
        {
            return null;
        }

        var value =
            member.ValueKind == JsonValueKind.String ? member.GetString()! : throw new FormatException($"its {name} is not a string");
        if (
            value.Length is 0 or > LongestToken
            || value.AsSpan().ContainsAnyExceptInRange('\u0021', '\u007e')
            || value.StartsWith("dolcrypt:", StringComparison.OrdinalIgnoreCase)
        )
        {
            throw new FormatException($"its {name} is empty, too long, or holds characters that no token has");
        }

        return value;
    }

    private static long? ReadLifetime(JsonElement root)
    {
        if (!root.TryGetProperty("expires_in", out var member))
        {
            return null;
        }

        double? seconds = member.ValueKind switch
        {
            JsonValueKind.Number => member.GetDouble(),
            JsonValueKind.String
                when double.TryParse(
                    member.GetString(),
                    NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint,
                    CultureInfo.InvariantCulture,
                    out var parsed
                ) => parsed,
            JsonValueKind.Null => null,
            _ => throw new FormatException("its expires_in is not a number"),
        };
        return seconds is null ? null : (long)Math.Clamp(seconds.Value, 0, LongestLifetime);
    }
}
