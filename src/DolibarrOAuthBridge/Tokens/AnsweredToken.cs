// SPDX-License-Identifier: GPL-3.0-or-later

using System.Text.Json;
using DolibarrOAuthBridge.Dolibarr.Php;
using DolibarrOAuthBridge.Dolibarr.Tokens;
using DolibarrOAuthBridge.Providers;

namespace DolibarrOAuthBridge.Tokens;

/// <summary>The token to store that an answer of a token endpoint brought, by its bytes. Not a printing record: it holds tokens.</summary>
/// <param name="Token">The token, with what the one before it had where the answer is silent.</param>
/// <param name="RefreshTokenExpiresAt">When the refresh token ends, UTC, where the provider said so.</param>
/// <param name="IsSalvaged">Whether the answer was not well-formed, and its tokens were picked out of it.</param>
internal sealed record AnsweredToken(StoredToken Token, DateTime? RefreshTokenExpiresAt, bool IsSalvaged)
{
    /// <summary>Whether the answer brought an access token; without one the token before it is kept, which may be over.</summary>
    public bool HasAccessToken { get; private init; } = true;

    /// <summary>Reads an answer: strictly where it is well-formed, leniently where it is not.</summary>
    /// <param name="body">The answer's bytes.</param>
    /// <param name="provider">Says what a missing lifetime means.</param>
    /// <param name="previous">The token that was refreshed; null where it is not known any more.</param>
    /// <param name="at">When the answer came.</param>
    /// <returns>Null where the answer brings nothing that is worth storing, or the tokens of another account.</returns>
    public static AnsweredToken? Read(byte[] body, Provider provider, StoredToken? previous, DateTimeOffset at)
    {
        try
        {
            using var document = AnswerBody.Read(body);
            if (document.RootElement is { ValueKind: JsonValueKind.Object } root && !IsRefusal(root))
            {
                var answer = new TokenAnswer.Issued(TokenResponse.Parse(root));
                if (previous is not null && RenewedIdentity.Check(previous, answer) is TokenAnswer.Refused)
                {
                    return null;
                }

                return new AnsweredToken(
                    answer.Response.ToStoredToken(previous, provider.MissingExpiry, at),
                    answer.Response.RefreshTokenExpiresIn is { } lifetime ? (at + lifetime).UtcDateTime : null,
                    IsSalvaged: false
                );
            }
        }
        catch (Exception exception) when (exception is JsonException or FormatException or InvalidOperationException)
        {
            // Salvaged below.
        }

        return AnswerSalvage.Find(body) is { } found ? Read(found, previous, at) : null;
    }

    /// <inheritdoc />
    public override string ToString() => "[answered token]";

    private static AnsweredToken? Read(AnswerSalvage found, StoredToken? previous, DateTimeOffset at)
    {
        var before = previous is null ? null : GrantView.Of(previous);
        var isAnother =
            IdTokenClaims.Read(found.IdToken)?.Account?.Subject is { } subject
            && IdTokenClaims.Read(previous?.IdToken)?.Account?.Subject is { } formerSubject
            && subject != formerSubject;
        if (isAnother || (found.AccessToken is null && found.RefreshToken == before?.RefreshToken))
        {
            return null;
        }

        var parameters = before?.Parameters ?? PhpArray.Empty;
        parameters = found.Scope is { } scope ? parameters.With("scope", new PhpString(scope)) : parameters;
        return new AnsweredToken(
            found.AccessToken is null
                ? new StoredToken(previous?.AccessToken, found.RefreshToken, before?.EndOfLife ?? EndOfLife.At(at), parameters)
                : new StoredToken(
                    found.AccessToken,
                    found.RefreshToken ?? before?.RefreshToken,
                    EndOfLife.At(at.AddSeconds(found.ExpiresIn ?? 3600)),
                    parameters
                ),
            null,
            IsSalvaged: true
        )
        {
            HasAccessToken = found.AccessToken is not null,
        };
    }

    // Many senders write "error": null or "" where there is none.
    private static bool IsRefusal(JsonElement root) =>
        root.TryGetProperty("error", out var error) && error.ValueKind == JsonValueKind.String && error.GetString()!.Length > 0;
}
