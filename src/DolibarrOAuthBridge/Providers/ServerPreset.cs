// SPDX-License-Identifier: GPL-3.0-or-later

using System.Collections.ObjectModel;

namespace DolibarrOAuthBridge.Providers;

/// <summary>What is known of one kind of server.</summary>
internal sealed record ServerPreset
{
    /// <summary>Its name, for people.</summary>
    public required string Name { get; init; }

    /// <summary>The hosts that are such a server.</summary>
    public IReadOnlyList<string> Hosts { get; init; } = [];

    /// <summary>The first label of host names that are given to servers of one's own of this kind; null for none.</summary>
    public string? FirstLabel { get; init; }

    /// <summary>Its endpoints, where no metadata tells.</summary>
    public required IReadOnlyDictionary<ProviderEndpoint, string> Endpoints { get; init; }

    /// <summary>Whether it is worth asking for metadata.</summary>
    public bool PublishesMetadata { get; init; } = true;

    /// <summary>As <see cref="Provider.ScopeSeparator"/>.</summary>
    public char ScopeSeparator { get; init; } = ' ';

    /// <summary>As <see cref="Provider.AuthorizationParameters"/>.</summary>
    public IReadOnlyDictionary<string, string> AuthorizationParameters { get; init; } = ReadOnlyDictionary<string, string>.Empty;

    /// <summary>As <see cref="Provider.RefreshTokenPrompt"/>.</summary>
    public string? RefreshTokenPrompt { get; init; }

    /// <summary>As <see cref="Provider.Smtp"/>.</summary>
    public MailHost? Smtp { get; init; }

    /// <summary>As <see cref="Provider.Imap"/>.</summary>
    public MailHost? Imap { get; init; }

    /// <summary>What mail needs: it is added to <see cref="Provider.ScopeNeeds"/>.</summary>
    public IReadOnlyList<ScopeNeed> ScopeNeeds { get; init; } = [];

    /// <summary>As <see cref="Provider.SaslMechanisms"/>.</summary>
    public IReadOnlyList<string> SaslMechanisms { get; init; } = [SaslName.XOAuth2, SaslName.OAuthBearer];

    /// <summary>As <see cref="Provider.UnlistedImapMechanisms"/>.</summary>
    public IReadOnlyList<string> UnlistedImapMechanisms { get; init; } = [];

    /// <summary>As <see cref="Provider.AccountMember"/>.</summary>
    public string? AccountMember { get; init; }

    /// <summary>As <see cref="Provider.UnknownGrantErrors"/>.</summary>
    public IReadOnlyList<string> UnknownGrantErrors { get; init; } = [];

    /// <summary>Whether a URL is one of such a server.</summary>
    public bool Fits(Uri server) =>
        Hosts.Contains(server.IdnHost, StringComparer.OrdinalIgnoreCase)
        || (FirstLabel is not null && server.IdnHost.StartsWith(FirstLabel + ".", StringComparison.OrdinalIgnoreCase));

    /// <summary>A provider with what is known here.</summary>
    public Provider On(Provider provider) =>
        provider with
        {
            Preset = Name,
            PublishesMetadata = PublishesMetadata,
            Endpoints = Endpoints,
            ScopeSeparator = ScopeSeparator,
            AuthorizationParameters = AuthorizationParameters,
            RefreshTokenPrompt = RefreshTokenPrompt ?? provider.RefreshTokenPrompt,
            Smtp = Smtp,
            Imap = Imap,
            ScopeNeeds = [.. provider.ScopeNeeds, .. ScopeNeeds],
            SaslMechanisms = SaslMechanisms,
            UnlistedImapMechanisms = UnlistedImapMechanisms,
            AccountMember = AccountMember,
            UnknownGrantErrors = UnknownGrantErrors,
        };
}
