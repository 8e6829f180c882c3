// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Dolibarr.Entries;
using DolibarrOAuthBridge.Dolibarr.Tokens;
using DolibarrOAuthBridge.Providers;

namespace DolibarrOAuthBridge.Grants;

/// <summary>A row of the token table together with what it means.</summary>
internal sealed class StoredGrant
{
    private StoredGrant(TokenRow row, StoredToken token)
    {
        Row = row;
        Token = token;
        var view = GrantView.Of(token);
        RefreshToken = view.RefreshToken;
        RefreshHash = SecretHash.Of(view.RefreshToken);
        ExpiresAt = view.EndOfLife.ExpiresAt;
        IsUnknownExpiry = view.EndOfLife.IsUnknown;
        NeverExpires = view.EndOfLife.IsNever;
    }

    /// <summary>The row as read.</summary>
    public TokenRow Row { get; }

    /// <summary>What it holds.</summary>
    public StoredToken Token { get; }

    /// <summary>The refresh token; null if none.</summary>
    public string? RefreshToken { get; }

    /// <summary>Its hash.</summary>
    public string? RefreshHash { get; }

    /// <summary>When the access token ends; null where it never does or the row does not say.</summary>
    public DateTimeOffset? ExpiresAt { get; }

    /// <summary>Whether the row says that the access token never ends.</summary>
    public bool NeverExpires { get; }

    /// <summary>Whether the row does not say when the access token ends.</summary>
    public bool IsUnknownExpiry { get; }

    /// <summary>Whether a provider gives a new access token for it without a person.</summary>
    public bool IsRenewableAt(Provider provider)
    {
        return RefreshToken is not null || provider.Renewal == RenewalGrant.ClientCredentials;
    }

    /// <summary>When the refresh token was last used or given, UTC, as far as anybody noted it.</summary>
    public DateTime? LastRenewal(GrantRecord memory)
    {
        return memory.RefreshedAt ?? memory.GrantedAt ?? Row.ModifiedAt ?? Row.CreatedAt;
    }

    /// <summary>Decodes a row.</summary>
    /// <exception cref="TokenUnreadableException">It cannot be read.</exception>
    public static StoredGrant Decode(TokenRow row, TokenCodec codec)
    {
        return new StoredGrant(row, codec.Decode(row.Value ?? string.Empty));
    }

    /// <summary>
    /// Whether the access token lives on for the given time. One whose end is unknown counts as expired where it can be
    /// renewed, since the renewal tells, and as good where it cannot.
    /// </summary>
    public bool LivesFor(TimeSpan time, DateTimeOffset now) =>
        !string.IsNullOrEmpty(Token.AccessToken) && (NeverExpires || (IsUnknownExpiry ? RefreshToken is null : ExpiresAt - now > time));

    /// <summary>Whether the access token ends before another one, as far as both say when they end.</summary>
    public bool EndsBefore(StoredGrant other)
    {
        return !NeverExpires && (ExpiresAt is not { } end || other.NeverExpires || end < other.ExpiresAt);
    }

    /// <summary>The access token for a caller.</summary>
    public AccessToken ToAccessToken(EntryName name)
    {
        return new AccessToken
        {
            Value = Token.AccessToken ?? string.Empty,
            ExpiresAt = ExpiresAt,
            Scope = Token.Scope,
            Service = name.Service,
        };
    }
}
