// SPDX-License-Identifier: GPL-3.0-or-later

namespace DolibarrOAuthBridge.Demo.Provider;

/// <summary>One request to the stand-in provider; no secrets.</summary>
/// <param name="Endpoint">What it was for.</param>
/// <param name="Path">The path as it was called.</param>
/// <param name="GrantType">The <c>grant_type</c>, if any.</param>
/// <param name="ClientId">The <c>client_id</c> from form, query or basic authentication, if any.</param>
/// <param name="Outcome">
/// Null while it is under way; then <see cref="Ok"/>, the OAuth error, <c>http_</c> and the status where there is no OAuth
/// error, or <c>fault:</c> and the name of what was done to it.
/// </param>
/// <param name="Status">The HTTP status; null while under way or where the connection was dropped.</param>
/// <param name="At">When it arrived.</param>
/// <param name="Duration">How long it took; null while under way.</param>
public sealed record StandInRequest(
    StandInEndpoint Endpoint,
    string Path,
    string? GrantType,
    string? ClientId,
    string? Outcome,
    int? Status,
    DateTimeOffset At,
    TimeSpan? Duration
)
{
    /// <summary>The outcome of a request that got what it asked for.</summary>
    public const string Ok = "ok";

    /// <summary>Whether this is a refresh, whatever became of it.</summary>
    public bool IsRefresh => Endpoint == StandInEndpoint.Token && GrantType == "refresh_token";
}
