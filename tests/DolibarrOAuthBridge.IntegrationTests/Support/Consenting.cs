// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Consents;
using DolibarrOAuthBridge.Demo.Provider;
using DolibarrOAuthBridge.Providers;
using Microsoft.AspNetCore.WebUtilities;

namespace DolibarrOAuthBridge.IntegrationTests.Support;

/// <summary>What an admin's browser and Dolibarr's pages do for a consent by code.</summary>
internal static class Consenting
{
    /// <summary>What binds a consent to the browser's session.</summary>
    public const string Binding = "canary-session-of-the-admin";

    /// <summary>The module's callback page of the test instances.</summary>
    public const string CallbackPage = "http://localhost/dolibarr/custom/oauthbridge/callback.php";

    /// <summary>A provider that knows the tests' client with the callback page.</summary>
    public static Task<StandInProvider> ProviderAsync(
        RefreshTokenPolicy refreshTokens = RefreshTokenPolicy.LikeGoogle,
        params string[] scopes
    ) =>
        StandInProvider.StartAsync(
            new StandInProviderOptions
            {
                Clients =
                [
                    new StandInClient
                    {
                        ClientId = World.ClientId,
                        ClientSecret = World.ClientSecret,
                        RedirectUris = [new(CallbackPage)],
                        RefreshTokens = refreshTokens,
                        Scopes = scopes.Length > 0 ? scopes : ["email", "profile", "https://mail.google.com/"],
                    },
                ],
            }
        );

    /// <summary>Points a provider's entries at the stand-in, as its own configuration would.</summary>
    public static Dictionary<string, string?> Settings(StandInProvider provider, string name = "Google") =>
        new()
        {
            [$"Providers:{name}:AuthorizationEndpoint"] = provider.Endpoint("oauth/authorize").AbsoluteUri,
            [$"Providers:{name}:TokenEndpoint"] = provider.Endpoint("oauth/token").AbsoluteUri,
            [$"Providers:{name}:RevocationEndpoint"] = provider.Endpoint("oauth/revoke").AbsoluteUri,
            [$"Providers:{name}:Issuer"] = provider.BaseAddress.AbsoluteUri,
        };

    public static Task<ConsentStarted> BeginAsync(
        this BridgeHost host,
        string entry = World.Entry,
        ConsentOptions? consentOptions = null,
        int entity = 1
    ) =>
        host.Get<ConsentService>()
            .BeginAsync(entry, entity, ConsentFlows.Code, consentOptions ?? new ConsentOptions { SessionBinding = Binding });

    public static Task<ConsentResult> FinishAsync(this BridgeHost host, AuthorizationResponse answer, int entity = 1) =>
        host.Get<CodeCallback>().FinishAsync(answer, entity);

    /// <summary>Begins, consents at the provider as a user, and finishes.</summary>
    public static async Task<ConsentResult> ConsentAsync(
        this BridgeHost host,
        StandInProvider provider,
        string? user = null,
        string entry = World.Entry,
        bool confirms = false,
        bool forces = false
    )
    {
        var started = await host.BeginAsync(
            entry,
            new ConsentOptions
            {
                SessionBinding = Binding,
                ConfirmsAccountChange = confirms,
                ForcesConsent = forces,
            }
        );
        return await host.FinishAsync(Answer(await provider.ApproveAsync(new Uri(started.AuthorizationUrl!), user)));
    }

    /// <summary>What the callback page relays of the address that the browser arrived at.</summary>
    public static AuthorizationResponse Answer(Uri arrived, string binding = Binding)
    {
        var query = QueryHelpers.ParseQuery(arrived.Query);
        return new AuthorizationResponse
        {
            State = query.GetValueOrDefault("state"),
            Code = query.GetValueOrDefault("code"),
            Issuer = query.GetValueOrDefault("iss"),
            Error = query.GetValueOrDefault("error"),
            ErrorDescription = query.GetValueOrDefault("error_description"),
            SessionBinding = binding,
        };
    }

    /// <summary>An answer made up by a test.</summary>
    public static AuthorizationResponse Answer(
        ConsentStarted started,
        string? code = "canary-code",
        string? issuer = null,
        string binding = Binding,
        string? error = null
    ) =>
        new()
        {
            State = started.State,
            Code = code,
            Issuer = issuer,
            Error = error,
            SessionBinding = binding,
        };

    /// <summary>A parameter of the authorization request; null if it is not there.</summary>
    public static string? Parameter(this ConsentStarted started, string name) =>
        QueryHelpers.ParseQuery(new Uri(started.AuthorizationUrl!).Query).TryGetValue(name, out var value) ? value.ToString() : null;
}
