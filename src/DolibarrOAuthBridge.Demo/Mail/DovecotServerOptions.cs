// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Demo.Provider;

namespace DolibarrOAuthBridge.Demo.Mail;

/// <summary>Whom a mail server asks about tokens, and whose mailboxes it has.</summary>
public sealed record DovecotServerOptions
{
    /// <summary>The mail server as a client of the provider. Register it there, or no token is known to be valid.</summary>
    public static StandInClient ResourceServer { get; } =
        new()
        {
            ClientId = "mail-server",
            ClientSecret = "mail-server-secret",
            IsResourceServer = true,
        };

    /// <summary>Where tokens are introspected (RFC 7662), such as <c>provider.Endpoint("oauth/introspect")</c>.</summary>
    public required Uri IntrospectionEndpoint { get; init; }

    /// <summary>The mailboxes, by e-mail address; a token's <c>email</c> claim must be the one that is logged in to.</summary>
    public IReadOnlyList<string> Mailboxes { get; init; } = ["ada@example.com", "grace@example.com"];
}
