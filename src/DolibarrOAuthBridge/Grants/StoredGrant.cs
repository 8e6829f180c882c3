// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Dolibarr.Entries;
using DolibarrOAuthBridge.Dolibarr.Tokens;
using DolibarrOAuthBridge.Providers;

namespace DolibarrOAuthBridge.Grants;

/// <summary>A row of the token table together with what it means.</summary>
internal sealed class StoredGrant
{
    private static readonly TimeSpan ClockTolerance = TimeSpan.FromMinutes(5);

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

    /// <summary>Whether the database has it; false where its answer still waits in the journal.</summary>
    public bool IsStored { get; private init; } = true;

    /// <summary>Whether a provider gives a new access token for it without a person.</summary>
    public bool IsRenewableAt(Provider provider)
    {
        return RefreshToken is not null || provider.IsAppOnly;
    }

    /// <summary>When the refresh token was last used or given, UTC, as far as anybody noted it.</summary>
    public DateTime? LastRefresh(GrantRecord record) => record.RefreshedAt ?? record.GrantedAt ?? Row.ModifiedAt ?? Row.CreatedAt;

    /// <summary>Decodes a row.</summary>
    /// <exception cref="TokenUnreadableException">It cannot be read.</exception>
    public static StoredGrant Decode(TokenRow row, TokenCodec codec)
    {
        return new StoredGrant(row, codec.Decode(row.Value ?? string.Empty));
    }

    /// <summary>The same row with another token.</summary>
    public StoredGrant With(StoredToken token, bool isStored) => new(Row, token) { IsStored = isStored };

    /// <summary>
    /// Whether the access token ends later than its provider said when it was refreshed: a clock was wrong then, or is now. Its end is
    /// not to be believed.
    /// </summary>
    public bool EndIsImplausible(GrantRecord record, DateTimeOffset now) =>
        ExpiresAt is { } end
        && record.TokenExpiresAt == end.UtcDateTime
        && (record.RefreshedAt ?? record.GrantedAt) is { } givenAt
        && end.UtcDateTime - now.UtcDateTime > end.UtcDateTime - givenAt + ClockTolerance;

    /// <summary>
    /// Whether the access token lives on for the given time. One whose end is unknown counts as expired where it can be
    /// renewed, since the renewal tells, and as good where it cannot.
    /// </summary>
    public bool LivesFor(TimeSpan time, DateTimeOffset now) =>
        !string.IsNullOrEmpty(Token.AccessToken) && (NeverExpires || (IsUnknownExpiry ? RefreshToken is null : ExpiresAt - now > time));

    /// <summary>Whether the access token ends before another moment, as far as both are known.</summary>
    public bool EndsBefore(EndOfLife other) => !NeverExpires && (ExpiresAt is not { } end || other.IsNever || end < other.ExpiresAt);

    /// <summary>The access token for a caller.</summary>
    public AccessToken ToAccessToken(EntryName name)
    {
        return new AccessToken
        {
            Value = Token.AccessToken ?? string.Empty,
            ExpiresAt = ExpiresAt,
            Scope = Token.Scope,
            Service = name.Service,
            IsStored = IsStored,
        };
    }
}
