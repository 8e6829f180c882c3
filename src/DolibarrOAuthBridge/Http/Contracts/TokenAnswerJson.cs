// SPDX-License-Identifier: GPL-3.0-or-later

namespace DolibarrOAuthBridge.Http.Contracts;

/// <summary>An access token as the API answers it.</summary>
/// <param name="AccessToken">The token.</param>
/// <param name="TokenType">Always <c>Bearer</c>.</param>
/// <param name="ExpiresAt">When it ends; null where it never does.</param>
/// <param name="ExpiresIn">Seconds until then; null where it never does.</param>
/// <param name="Scope">The granted scopes, space separated; null if unknown.</param>
/// <param name="Service">The service name of its row.</param>
public sealed record TokenAnswerJson(
    string AccessToken,
    string TokenType,
    DateTimeOffset? ExpiresAt,
    long? ExpiresIn,
    string? Scope,
    string Service
)
{
    /// <inheritdoc />
    public override string ToString() => $"[access token of {Service}]";
}
