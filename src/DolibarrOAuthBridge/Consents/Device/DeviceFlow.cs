// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Dolibarr.Entries;
using DolibarrOAuthBridge.Dolibarr.Tokens;
using DolibarrOAuthBridge.Entries;
using DolibarrOAuthBridge.Grants;
using DolibarrOAuthBridge.Providers;
using DolibarrOAuthBridge.Tokens;

namespace DolibarrOAuthBridge.Consents.Device;

/// <summary>
/// Device authorization (RFC 8628): the person types a short code into a browser anywhere, while <see cref="DevicePolling"/>
/// asks the provider whether that has happened.
/// </summary>
internal sealed class DeviceFlow(
    ConsentTable consents,
    ProviderDirectory providers,
    TokenEndpointClient client,
    SecretGuard guard,
    ClientAuthentication authentication,
    TokenTable tokens,
    DevicePollSignal pollSignal,
    EntryFlows flows,
    BridgeOptions options,
    TimeProvider time
) : IConsentFlow
{
    /// <inheritdoc />
    public string Name => ConsentFlows.Device;

    /// <inheritdoc />
    public async Task<ConsentStarted> BeginAsync(
        OAuthEntry entry,
        ConsentOptions consentOptions,
        CancellationToken cancellationToken = default
    )
    {
        var provider = ProviderCatalogue.Of(entry);
        var scopes = AuthorizationRequest.Scopes(entry);
        RequireAllowed(entry, provider);
        var endpoint = await providers.FindAsync(entry, ProviderEndpoint.DeviceAuthorizationEndpoint, cancellationToken)
            ?? throw new BridgeException(
                ProblemCode.InvalidRequest,
                $"The provider of {entry.Name} names no device authorization endpoint: use a browser, with flow code."
            );
        var tokenEndpoint = await providers.FindAsync(entry, ProviderEndpoint.TokenEndpoint, cancellationToken)
            ?? throw new ProviderConfigurationException($"{provider.Name} has no token endpoint.");
        (await tokens.FindAsync(entry.Name, entry.Entity, cancellationToken)).RequireNoDuplicate(entry);
        await guard.AllowAsync(entry, endpoint, cancellationToken: cancellationToken); // an admin begins this consent
        await guard.AllowAsync(entry, tokenEndpoint, cancellationToken: cancellationToken);
        var authorization = await AskAsync(entry, provider, endpoint, scopes, cancellationToken);
        var consent = new DeviceConsent
        {
            DeviceCode = authorization.DeviceCode,
            TokenEndpoint = tokenEndpoint,
            ClientId = entry.ClientId,
            Interval = authorization.Interval,
            NextPollAt = time.GetUtcNow().AddSeconds(authorization.Interval),
            ConfirmsAccountChange = consentOptions.ConfirmsAccountChange,
        };

        // The provider says when the code has expired; by the bridge's clock it lasts one answer longer.
        var lifetime = TimeSpan.FromSeconds(authorization.ExpiresIn) + options.ProviderDeadline;
        var row = await consents.AddAsync(
            new ConsentRequest(Name, GrantKey.Of(entry), null, lifetime),
            consent,
            DeviceConsentJson.Default.DeviceConsent,
            cancellationToken
        );
        pollSignal.Set();
        return new ConsentStarted
        {
            ConsentId = row.ConsentId,
            UserCode = authorization.UserCode,
            VerificationUri = authorization.VerificationUri.AbsoluteUri,
            VerificationUriComplete = (authorization.VerificationUriComplete ?? authorization.VerificationUri).AbsoluteUri,
            Interval = authorization.Interval,
            ExpiresIn = authorization.ExpiresIn,
        };
    }

    private async Task<DeviceAuthorization> AskAsync(
        OAuthEntry entry,
        Provider provider,
        Uri endpoint,
        IReadOnlyList<string> scopes,
        CancellationToken cancellationToken
    )
    {
        var form = new Dictionary<string, string>();
        if (scopes.Count > 0)
        {
            form["scope"] = string.Join(provider.ScopeSeparator, scopes);
        }

        // RFC 8628 asks for client_id in any case.
        var answer = await authentication.SendAsync(
            entry,
            endpoint,
            form,
            (full, header) =>
                client.AuthorizeDeviceAsync(
                    endpoint,
                    new Dictionary<string, string>(full) { ["client_id"] = entry.ClientId },
                    header,
                    cancellationToken
                ),
            cancellationToken
        );
        return answer switch
        {
            TokenAnswer.DeviceCode issued => issued.Authorization,
            TokenAnswer.Refused refused => throw new BridgeException(
                ProblemCode.ProviderRejected,
                $"The provider gives no device code for {entry.Name} ({refused.Reason}). "
                    + $"{Refusals.Advice(refused.Error)} The application must be allowed to use the device flow at the "
                    + "provider."
            ),
            TokenAnswer.Unavailable unavailable => throw new BridgeException(
                ProblemCode.ProviderUnavailable,
                $"{unavailable.Detail} No device code for {entry.Name} can be had now.",
                unavailable.RetryAfter
            ),
            var other => throw new InvalidOperationException($"Unexpected token endpoint result {other.GetType().Name}."),
        };
    }

    // The limit is the provider's own; a server that stands in for it has others.
    private void RequireAllowed(OAuthEntry entry, Provider provider)
    {
        if (flows.RefusedByDevice(entry) is { Count: > 0 } refused)
        {
            throw new BridgeException(
                ProblemCode.InvalidRequest,
                $"{provider.Name} does not grant {string.Join(" or ", refused)} by device code: it allows hardly "
                    + "more than who the user is, and no mail. Use a browser, with flow code; on a machine without "
                    + $"one: dolibarr-oauth-bridge consent {entry.Name}"
            );
        }
    }
}
