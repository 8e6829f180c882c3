// SPDX-License-Identifier: GPL-3.0-or-later

using System.ComponentModel;
using System.Net.Http.Headers;
using System.Text;
using DolibarrOAuthBridge.Dolibarr.Database;
using DolibarrOAuthBridge.Grants;
using DolibarrOAuthBridge.Http.Contracts;
using DolibarrOAuthBridge.Http.Security;
using DolibarrOAuthBridge.Tokens;
using Microsoft.AspNetCore.Http.HttpResults;

namespace DolibarrOAuthBridge.Http.Endpoints;

/// <summary><c>POST /oauth/token</c>: the token endpoint that stock Dolibarr code is pointed at.</summary>
internal static class StockTokenEndpoint
{
    public static void MapStockToken(this IEndpointRouteBuilder routes) =>
        routes
            .MapPost("/oauth/token", RedeemAsync)
            .WithTags("Stock")
            .WithName("StockRefresh")
            .WithSummary("RFC 6749, grant_type=refresh_token, with the client and refresh token of a known entry; needs no API key.")
            .Produces<OAuthTokenJson>()
            .Produces<OAuthErrorJson>(StatusCodes.Status400BadRequest)
            .Produces<OAuthErrorJson>(StatusCodes.Status401Unauthorized)
            .Produces<OAuthErrorJson>(StatusCodes.Status415UnsupportedMediaType)
            .Produces<OAuthErrorJson>(StatusCodes.Status429TooManyRequests)
            .Produces<OAuthErrorJson>(StatusCodes.Status503ServiceUnavailable)
            .DisableAntiforgery();

    private static async Task<Results<JsonHttpResult<OAuthTokenJson>, JsonHttpResult<OAuthErrorJson>>> RedeemAsync(
        HttpRequest request,
        StockRefresh stock,
        WrongSecrets wrongSecrets,
        TimeProvider time,
        [Description("The company; if it is not given, the client is looked for in all of them.")] string? entity,
        CancellationToken cancellationToken
    )
    {
        request.HttpContext.Response.Headers.Pragma = "no-cache"; // RFC 6749, section 5.1; Cache-Control is on every answer
        var (wanted, refusal) = await ReadAsync(request, cancellationToken);
        if (wanted is null)
        {
            return refusal!;
        }

        try
        {
            var company = entity is null ? (int?)null : RequestValues.Entity(entity);
            try
            {
                var (id, secret, refreshToken) = (wanted.ClientId, wanted.ClientSecret, wanted.RefreshToken);
                if (await stock.FindEntryAsync(id, secret, refreshToken, company, cancellationToken) is not { } entry)
                {
                    await SlowDownAsync("to /oauth/token with a wrong client secret");
                    return UnknownClient(request, "No OAuth entry of Dolibarr has this client id and secret.");
                }

                var caller = $"{CallerName.Of(request.HttpContext)}: refresh by Dolibarr's own code";
                var grant = await KeepingConnectionAsync(request, () => stock.RedeemAsync(entry, refreshToken, caller, cancellationToken));
                return TypedResults.Json(Answer(grant, time.GetUtcNow()), ApiJson.Default.OAuthTokenJson);
            }
            catch (StockGrantUnknownException exception)
            {
                await SlowDownAsync("to /oauth/token with an unknown refresh token");
                return Error(400, "invalid_grant", exception.Message);
            }
        }
        catch (Exception exception) when (exception is BridgeException or StoreException)
        {
            var told = BridgeException.Of(exception);
            var (status, error) = told.Code switch
            {
                ProblemCode.ConsentRequired or ProblemCode.TokenNotFound => (400, "invalid_grant"),
                ProblemCode.InvalidRequest => (400, "invalid_request"),
                ProblemCode.TooManyRequests => (429, "temporarily_unavailable"),
                ProblemCode.ProviderRejected or ProblemCode.EntryIncomplete => (400, "unauthorized_client"),
                _ => (503, "temporarily_unavailable"),
            };
            Problems.SetRetryAfter(request.HttpContext.Response, status, told.Code, told.RetryAfter);
            return Error(status, error, told.Message, told.Code);
        }

        Task SlowDownAsync(string what) => wrongSecrets.SlowDownAsync(PeerName.Of(request.HttpContext), what, cancellationToken);
    }

    // Either what is wanted, or why it cannot be had (RFC 6749, section 5.2).
    private static async Task<(Redemption? Wanted, JsonHttpResult<OAuthErrorJson>? Refusal)> ReadAsync(
        HttpRequest request,
        CancellationToken cancellationToken
    )
    {
        if (
            !MediaTypeHeaderValue.TryParse(request.ContentType, out var type)
            || !string.Equals(type.MediaType, "application/x-www-form-urlencoded", StringComparison.OrdinalIgnoreCase)
        )
        {
            return (null, Error(415, "invalid_request", "Send the parameters as application/x-www-form-urlencoded."));
        }

        IFormCollection form;
        try
        {
            form = await request.ReadFormAsync(cancellationToken);
        }
        catch (InvalidDataException)
        {
            return (null, Error(400, "invalid_request", "The form is malformed or has too many parameters."));
        }
        catch (BadHttpRequestException exception)
        {
            return (null, Error(exception.StatusCode, "invalid_request", "The request is malformed or too large."));
        }

        if (form.Any(parameter => parameter.Value.Count != 1))
        {
            return (null, Error(400, "invalid_request", "A parameter is repeated."));
        }

        var (grantType, refreshToken) = (form["grant_type"].ToString(), form["refresh_token"].ToString());
        if (grantType.Length > 0 && grantType != "refresh_token")
        {
            return (null, Error(400, "unsupported_grant_type", "Only grant_type=refresh_token is answered here."));
        }

        if (grantType.Length == 0 || refreshToken.Length == 0)
        {
            return (null, Error(400, "invalid_request", "grant_type=refresh_token and refresh_token are needed."));
        }

        var (clientId, clientSecret) = ReadClient(request, form);
        return clientId.Length == 0 || clientSecret.Length == 0
            ? (null, UnknownClient(request, "Send client_id and client_secret of an OAuth entry, in the form or by HTTP Basic."))
            : (new Redemption(clientId, clientSecret, refreshToken), null);
    }

    private static JsonHttpResult<OAuthErrorJson> UnknownClient(HttpRequest request, string description)
    {
        if (request.Headers.Authorization.ToString().StartsWith("Basic ", StringComparison.OrdinalIgnoreCase))
        {
            request.HttpContext.Response.Headers.WWWAuthenticate = "Basic realm=\"dolibarr-oauth-bridge\"";
        }

        return Error(401, "invalid_client", description);
    }

    // The caller is known, so its connection gives way to no newcomer while the provider is asked.
    private static async Task<StoredGrant> KeepingConnectionAsync(HttpRequest request, Func<Task<StoredGrant>> redeem)
    {
        var guest = request.HttpContext.Features.Get<ConnectionGuest>();
        guest?.SetBusy(true);
        try
        {
            return await redeem();
        }
        finally
        {
            guest?.SetBusy(false);
        }
    }

    // RFC 6749, section 2.3.1: in the header each half is form-encoded first.
    private static (string Id, string Secret) ReadClient(HttpRequest request, IFormCollection form)
    {
        if (
            AuthenticationHeaderValue.TryParse(request.Headers.Authorization, out var header)
            && string.Equals(header.Scheme, "Basic", StringComparison.OrdinalIgnoreCase)
        )
        {
            try
            {
                var pair = Encoding.UTF8.GetString(Convert.FromBase64String(header.Parameter ?? string.Empty)).Split(':', 2);
                return pair.Length == 2 ? (Decode(pair[0]), Decode(pair[1])) : (string.Empty, string.Empty);
            }
            catch (FormatException)
            {
                return (string.Empty, string.Empty);
            }
        }

        return (form["client_id"].ToString(), form["client_secret"].ToString());

        static string Decode(string text) => Uri.UnescapeDataString(text.Replace('+', ' '));
    }

    private static OAuthTokenJson Answer(StoredGrant grant, DateTimeOffset now) =>
        new(
            grant.Token.AccessToken ?? string.Empty,
            "Bearer",
            TokenAnswers.SecondsLeft(grant.ExpiresAt, now),
            grant.RefreshToken,
            grant.Token.Scope,
            grant.Token.IdToken
        );

    private static JsonHttpResult<OAuthErrorJson> Error(int status, string error, string description, string? code = null) =>
        TypedResults.Json(new OAuthErrorJson(error, description, code), ApiJson.Default.OAuthErrorJson, statusCode: status);

    private sealed record Redemption(string ClientId, string ClientSecret, string RefreshToken)
    {
        public override string ToString() => $"a refresh for {ClientId}";
    }
}
