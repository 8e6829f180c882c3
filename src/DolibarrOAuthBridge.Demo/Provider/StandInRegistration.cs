// SPDX-License-Identifier: GPL-3.0-or-later

using OpenIddict.Abstractions;
using static OpenIddict.Abstractions.OpenIddictConstants;

namespace DolibarrOAuthBridge.Demo.Provider;

/// <summary>Registers the clients.</summary>
internal static class StandInRegistration
{
    private static readonly string[] EveryScope = [Scopes.OpenId, Scopes.OfflineAccess];

    public static async Task RegisterAsync(IServiceProvider services, StandInProviderOptions options, CancellationToken cancellationToken)
    {
        var scope = services.CreateAsyncScope();
        await using (scope)
        {
            var applications = scope.ServiceProvider.GetRequiredService<IOpenIddictApplicationManager>();
            foreach (var client in options.Clients)
            {
                await applications.CreateAsync(Describe(client, options), cancellationToken);
            }
        }
    }

    private static OpenIddictApplicationDescriptor Describe(StandInClient client, StandInProviderOptions options)
    {
        var isConfidential = client.ClientSecret is not null;
        var application = new OpenIddictApplicationDescriptor
        {
            ClientId = client.ClientId,
            ClientSecret = client.ClientSecret,
            ClientType = isConfidential ? ClientTypes.Confidential : ClientTypes.Public,
            ApplicationType = client.IsNative ? ApplicationTypes.Native : ApplicationTypes.Web,
            DisplayName = client.ClientId,
        };
        if (isConfidential)
        {
            application.Permissions.Add(Permissions.Endpoints.Introspection);
        }

        if (client.IsResourceServer)
        {
            return application;
        }

        application.RedirectUris.UnionWith(client.RedirectUris);
        application.Permissions.UnionWith([
            Permissions.Endpoints.Authorization,
            Permissions.Endpoints.DeviceAuthorization,
            Permissions.Endpoints.Revocation,
            Permissions.Endpoints.Token,
            Permissions.GrantTypes.AuthorizationCode,
            Permissions.GrantTypes.DeviceCode,
            Permissions.GrantTypes.RefreshToken,
            Permissions.ResponseTypes.Code,
            .. EveryScope.Concat(client.Scopes).Select(scope => Permissions.Prefixes.Scope + scope),
        ]);
        if (isConfidential)
        {
            application.Permissions.Add(Permissions.GrantTypes.ClientCredentials);
        }

        if (client.RequirePkce ?? options.RequirePkce)
        {
            application.Requirements.Add(Requirements.Features.ProofKeyForCodeExchange);
        }

        return application;
    }
}
