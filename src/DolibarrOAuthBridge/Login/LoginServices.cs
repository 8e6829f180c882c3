// SPDX-License-Identifier: GPL-3.0-or-later

namespace DolibarrOAuthBridge.Login;

/// <summary>What signing in is made of.</summary>
internal static class LoginServices
{
    /// <summary>Adds it.</summary>
    public static IServiceCollection AddLogin(this IServiceCollection services) =>
        services
            .AddSingleton<OpenIdProviders>()
            .AddSingleton<JwksCache>()
            .AddSingleton<IdTokenValidator>()
            .AddSingleton<UserInfoClient>()
            .AddSingleton<RelyingParty>()
            .AddSingleton<LoginContinuations>()
            .AddSingleton<LoginQuota>()
            .AddSingleton<LoginFlow>();
}
