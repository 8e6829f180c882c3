// SPDX-License-Identifier: GPL-3.0-or-later

using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using static OpenIddict.Abstractions.OpenIddictConstants;

namespace DolibarrOAuthBridge.Demo.Provider;

/// <summary>Sets up OpenIddict for a stand-in provider.</summary>
internal static class StandInServices
{
    public static IServiceCollection AddStandIn(this IServiceCollection services, StandInState state, Uri issuer)
    {
        var database = Guid.NewGuid().ToString();
        services.AddSingleton(state);
        services.AddSingleton(state.Options.TimeProvider);
        services.AddDbContext<StandInDbContext>(context =>
            context
                .UseInMemoryDatabase(database)
                .ConfigureWarnings(warnings => warnings.Ignore(InMemoryEventId.TransactionIgnoredWarning))
                .UseOpenIddict()
        );
        services
            .AddOpenIddict()
            .AddCore(core =>
                core.UseEntityFrameworkCore()
                    .UseDbContext<StandInDbContext>()
                    // The in-memory database has no bulk updates: a grant could not be revoked as a whole.
                    .DisableBulkOperations()
            )
            .AddServer(server => server.Set(state, issuer));
        services.AddAuthentication();
        return services;
    }

    private static void Set(this OpenIddictServerBuilder server, StandInState state, Uri issuer)
    {
        var options = state.Options;
        server
            .SetIssuer(issuer)
            .SetAuthorizationEndpointUris(StandInPaths.Of(StandInEndpoint.Authorization))
            .SetTokenEndpointUris(StandInPaths.Of(StandInEndpoint.Token))
            .SetDeviceAuthorizationEndpointUris(StandInPaths.Of(StandInEndpoint.DeviceAuthorization))
            .SetEndUserVerificationEndpointUris(StandInPaths.Of(StandInEndpoint.DeviceVerification))
            .SetIntrospectionEndpointUris(StandInPaths.Of(StandInEndpoint.Introspection))
            .SetRevocationEndpointUris(StandInPaths.Of(StandInEndpoint.Revocation))
            .SetUserInfoEndpointUris(StandInPaths.Of(StandInEndpoint.UserInfo))
            .SetConfigurationEndpointUris(StandInPaths.Of(StandInEndpoint.Discovery))
            .SetJsonWebKeySetEndpointUris(StandInPaths.Of(StandInEndpoint.Keys));

        server
            .AllowAuthorizationCodeFlow()
            .AllowRefreshTokenFlow()
            .AllowDeviceAuthorizationFlow()
            .AllowClientCredentialsFlow()
            .RegisterScopes([.. options.Clients.SelectMany(client => client.Scopes).Distinct()])
            .RegisterClaims("sub", "email", "email_verified", "name", "preferred_username")
            .AddSigningKey(state.Keys.Signing)
            .AddEncryptionKey(state.Keys.Encryption)
            .DisableAccessTokenEncryption()
            .UseReferenceRefreshTokens()
            .SetRefreshTokenLifetime(options.RefreshTokenLifetime)
            .SetRefreshTokenReuseLeeway(options.RefreshTokenLeeway > TimeSpan.Zero ? options.RefreshTokenLeeway : null);
        if (options.Rotation != RefreshTokenRotation.Rotate)
        {
            server.DisableRollingRefreshTokens();
        }

        if (options.OpaqueAccessTokens)
        {
            server.UseReferenceAccessTokens();
        }

        server.Configure(server => server.CodeChallengeMethods.Remove(CodeChallengeMethods.Plain));
        server.AddHandlers(state);
        server
            .UseAspNetCore()
            .DisableTransportSecurityRequirement()
            .EnableAuthorizationEndpointPassthrough()
            .EnableTokenEndpointPassthrough()
            .EnableEndUserVerificationEndpointPassthrough()
            .EnableUserInfoEndpointPassthrough();
    }
}
