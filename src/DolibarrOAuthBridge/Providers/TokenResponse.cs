// SPDX-License-Identifier: GPL-3.0-or-later

using System.Globalization;
using System.Text;
using System.Text.Json;
using DolibarrOAuthBridge.Dolibarr.Php;
using DolibarrOAuthBridge.Dolibarr.Tokens;

namespace DolibarrOAuthBridge.Providers;

/// <summary>A successful answer of a token endpoint (RFC 6749, section 5.1), validated. Not a printing record: it holds tokens.</summary>
internal sealed class TokenResponse
{
    private const int LongestToken = 48 * 1024; // what fits, dolcrypt'ed, into Dolibarr's column of 64 KiB
    private const int LongestParameters = 8 * 1024; // characters of JSON
    private const int MostParameters = 64;
    private const long LongestLifetime = 10L * 365 * 24 * 3600; // seconds

    private static readonly string[] Own = ["access_token", "refresh_token", "expires_in"];
    private static readonly string[] Needed = ["scope", "token_type", "id_token", "refresh_token_expires_in", "refresh_expires_in"];

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
    /// Whether it is a bearer token, as it is where the answer does not say. A first grant of another type is of no use (RFC 6749,
    /// section 7.1); a refresh keeps it all the same, since its refresh token may be the only one that still works.
    /// </summary>
    public bool IsBearer =>
        Parameters.GetString("token_type") is not { Length: > 0 } type || type.Equals("bearer", StringComparison.OrdinalIgnoreCase);

    /// <summary>
    /// How long the refresh token lives (draft-ietf-oauth-refresh-token-expiration; GitHub, Google in Testing; Keycloak's name for it is
    /// <c>refresh_expires_in</c>); null if not said.
    /// </summary>
    public TimeSpan? RefreshTokenExpiresIn =>
        (Parameters.GetInt("refresh_token_expires_in") ?? Parameters.GetInt("refresh_expires_in"))
            is { } seconds
                and > 0
                and < LongestLifetime
            ? TimeSpan.FromSeconds(seconds)
            : null;

    /// <summary>
    /// Reads a JSON object as a token response. A usable access token is all that it must have: the refresh token that was spent for
    /// it is gone, so any other member that is odd, empty or too long counts as not said.
    /// </summary>
    /// <exception cref="FormatException">It is none, or holds what must not be stored. The message is safe to log.</exception>
    public static TokenResponse Parse(JsonElement root)
    {
        var accessToken =
            FindToken(root, "access_token") is { } token ? token
            : LengthOf(root, "access_token") is > LongestToken and var length ? throw new TokenTooLargeException(length)
            : throw new FormatException("it has no access_token, or one that is empty, too long, or holds characters that no token has");
        var idToken = root.TryGetProperty("id_token", out var id) && id.ValueKind == JsonValueKind.String ? id.GetString() : null;
        return new TokenResponse(accessToken, FindToken(root, "refresh_token"), idToken, ReadLifetime(root), ReadParameters(root));
    }

    /// <summary>The token as Dolibarr stores it.</summary>
    /// <param name="previous">The token it renews, whose refresh token and parameters hold where the answer is silent; null for a
    /// first grant.</param>
    /// <param name="missingExpiry">What a missing lifetime means at this provider.</param>
    /// <param name="now">When the answer came.</param>
    public StoredToken ToStoredToken(StoredToken? previous, MissingExpiry missingExpiry, DateTimeOffset now)
    {
        var parameters = previous is null ? PhpArray.Empty : OnlyAscii(GrantView.Of(previous).Parameters);
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
        var members = root.EnumerateObject().Where(static member => !Own.Contains(member.Name)).ToList();
        var isMuch =
            members.Count > MostParameters || members.Sum(static member => (long)member.Value.GetRawText().Length) > LongestParameters;
        return members
            .Where(member => !isMuch || (Needed.Contains(member.Name) && member.Value.GetRawText().Length <= LongestParameters))
            .Aggregate(PhpArray.Empty, static (rest, member) => ReadParameter(member) is { } value ? rest.With(member.Name, value) : rest);
    }

    // Stock code of release 23 and later reads no token whose text is not ASCII, so such a member is left out.
    private static PhpValue? ReadParameter(JsonProperty member)
    {
        if (member.Value.ValueKind == JsonValueKind.Null || !Ascii.IsValid(member.Name))
        {
            return null;
        }

        try
        {
            using var one = JsonDocument.Parse($"[{member.Value.GetRawText()}]");
            var value = PhpArray.FromJson(one.RootElement).Entries.Single().Value;
            return IsAscii(value) ? value : null;
        }
        catch (Exception exception) when (exception is FormatException or JsonException or InvalidOperationException)
        {
            return null; // nested too deeply, a number beyond a double, or text that is not Unicode
        }
    }

    private static PhpArray OnlyAscii(PhpArray parameters) =>
        parameters
            .Entries.Where(static entry => !IsAscii(entry.Key) || !IsAscii(entry.Value))
            .Select(static entry => entry.Key is PhpString text ? text.Value : entry.Key.ToString()!)
            .Aggregate(parameters, static (rest, key) => rest.Without(key));

    private static bool IsAscii(PhpValue value) =>
        value switch
        {
            PhpString text => Ascii.IsValid(text.Value),
            PhpArray array => array.Entries.All(static entry => IsAscii(entry.Key) && IsAscii(entry.Value)),
            _ => true,
        };

    private static int LengthOf(JsonElement root, string name) =>
        root.TryGetProperty(name, out var member) && member.ValueKind == JsonValueKind.String ? member.GetString()!.Length : 0;

    // Visible ASCII only (RFC 6749, appendix A.12): a line break would let a token speak SMTP or IMAP.
    private static string? FindToken(JsonElement root, string name)
    {
        var value =
            root.TryGetProperty(name, out var member) && member.ValueKind == JsonValueKind.String ? member.GetString()! : string.Empty;
        return
            value.Length is 0 or > LongestToken
            || value.AsSpan().ContainsAnyExceptInRange('\u0021', '\u007e')
            || value.StartsWith("dolcrypt:", StringComparison.OrdinalIgnoreCase)
            ? null
            : value;
    }

    // Zoho has sent milliseconds in expires_in, and the seconds beside it.
    private static long? ReadLifetime(JsonElement root)
    {
        if (!root.TryGetProperty("expires_in_sec", out var member) && !root.TryGetProperty("expires_in", out member))
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
            _ => null,
        };
        return seconds is { } known && double.IsFinite(known) ? (long)Math.Clamp(known, 0, LongestLifetime) : null;
    }
}
