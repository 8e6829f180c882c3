// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Dolibarr.Php;

namespace DolibarrOAuthBridge.Dolibarr.Tokens;

/// <summary>
/// The serialized form of a token: PHP's <c>serialize()</c> of an <c>OAuth\OAuth2\Token\StdOAuth2Token</c>, the class of the
/// OAuth library bundled with Dolibarr, and of no other class.
/// </summary>
public static class StoredTokenFormat
{
    private const string ClassName = @"OAuth\OAuth2\Token\StdOAuth2Token";

    // serialize() marks a protected property so.
    private const string AccessToken = "\0*\0accessToken";
    private const string RefreshToken = "\0*\0refreshToken";
    private const string EndOfLifeName = "\0*\0endOfLife";
    private const string ExtraParams = "\0*\0extraParams";

    /// <summary>How the serialized form of every token starts, damaged or not.</summary>
    internal static ReadOnlySpan<byte> Start => @"O:33:""OAuth\OAuth2\Token\StdOAuth2Token"":"u8;

    /// <summary>Reads a serialized token.</summary>
    /// <exception cref="PhpFormatException">The bytes are not exactly one token with its four properties.</exception>
    public static StoredToken Parse(ReadOnlySpan<byte> serialized)
    {
        var properties = PhpSerializer.ReadObject(serialized, ClassName);
        foreach (var (key, _) in properties.Entries)
        {
            if (key is not PhpString { Value: AccessToken or RefreshToken or EndOfLifeName or ExtraParams })
            {
                throw Invalid("The token has a property that is none of its class");
            }
        }

        return new(
            Text(properties[AccessToken]),
            Text(properties[RefreshToken]),
            ReadEndOfLife(properties[EndOfLifeName]),
            properties[ExtraParams] as PhpArray ?? throw Invalid("The token's extraParams is not an array")
        );
    }

    /// <summary>Writes a token byte for byte as PHP does.</summary>
    /// <exception cref="PhpFormatException">The token holds what could not be read back; see
    /// <see cref="PhpSerializer.WriteValue"/>.</exception>
    public static byte[] Serialize(StoredToken token)
    {
        ArgumentNullException.ThrowIfNull(token);
        return PhpSerializer.WriteObject(
            ClassName,
            PhpArray
                .Empty.With(AccessToken, Value(token.AccessToken))
                .With(RefreshToken, Value(token.RefreshToken))
                .With(EndOfLifeName, new PhpInt(token.EndOfLife.Value))
                .With(ExtraParams, token.ExtraParams)
        );
    }

    private static string? Text(PhpValue? property) =>
        property switch
        {
            PhpString { Value: var text } => text,
            PhpNull => null,
            _ => throw Invalid("The token's accessToken or refreshToken is missing or not text"),
        };

    // The constructor always sets it, but setEndOfLife() takes null, and an object without it would read as null.
    private static EndOfLife ReadEndOfLife(PhpValue? property) =>
        property switch
        {
            PhpInt { Value: var seconds } => new(seconds),
            PhpNull or null => EndOfLife.Unknown,
            _ => throw Invalid("The token's endOfLife is not an integer"),
        };

    private static PhpValue Value(string? text) => text is null ? PhpNull.Instance : new PhpString(text);

    private static PhpFormatException Invalid(string reason) => new(Start.Length, reason);
}
