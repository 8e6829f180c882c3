// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Grants;
using DolibarrOAuthBridge.Http.Contracts;

namespace DolibarrOAuthBridge.Http;

/// <summary>Access tokens as answers.</summary>
internal static class TokenAnswers
{
    public static TokenAnswerJson Of(AccessToken token, DateTimeOffset now) =>
        new(token.Value, token.TokenType, token.ExpiresAt, SecondsLeft(token.ExpiresAt, now), token.Scope, token.Service);

    public static long? SecondsLeft(DateTimeOffset? expiresAt, DateTimeOffset now) =>
        expiresAt is { } end ? Math.Max(0, (long)(end - now).TotalSeconds) : null;
}
