// SPDX-License-Identifier: GPL-3.0-or-later

using System.Globalization;
using DolibarrOAuthBridge.Dolibarr.Tokens;

namespace DolibarrOAuthBridge.Grants;

/// <summary>
/// The newest refresh token as <c>oauthbridge_grant.newest_token</c> holds it: sealed for its grant, so that nobody moves it to another
/// one or changes it by SQL. A value that is only dolcrypt'ed is not believed: whoever writes to the database could plant any secret there.
/// </summary>
internal sealed class RememberedToken(BridgeSeal seal, TokenCodec codec)
{
    private const string Purpose = "grant";
    private const string Followed = "\nfollowed"; // no service has a line feed in its name

    /// <summary>Seals a refresh token; in the clear where Dolibarr has no key either.</summary>
    public string? Seal(GrantKey key, string? refreshToken) =>
        refreshToken is null || !seal.IsShared ? refreshToken : seal.Seal(Purpose, Context(key), refreshToken);

    /// <summary>
    /// Seals a refresh token that follows a row to another name. Whoever writes to the database can rename any row, so it heals the row
    /// and vouches for nobody: <see cref="OpenOwn"/> does not open it.
    /// </summary>
    public string? SealFollowed(GrantKey key, string? refreshToken) =>
        refreshToken is null || !seal.IsShared ? refreshToken : seal.Seal(Purpose, Context(key) + Followed, refreshToken);

    /// <summary>Opens what <see cref="Seal"/> made, and nothing else; null if it is anything else.</summary>
    public string? OpenOwn(GrantKey key, string stored) => seal.Open(Purpose, Context(key), stored);

    /// <summary>Opens what <see cref="Seal"/> or <see cref="SealFollowed"/> made.</summary>
    /// <exception cref="SecretUnreadableException">It was sealed for another grant or with another key, or was changed.</exception>
    public string Open(GrantKey key, string stored) =>
        BridgeSeal.IsSealed(stored)
            ? OpenOwn(key, stored)
                ?? seal.Open(Purpose, Context(key) + Followed, stored)
                ?? throw new SecretUnreadableException("It was sealed for another grant or with another key, or somebody changed it.")
        : seal.IsShared
            ? throw new SecretUnreadableException("It is not sealed: an earlier release of the bridge wrote it, or somebody by SQL.")
        : codec.DecryptText(stored);

    /// <summary>The same value sealed with another key.</summary>
    /// <returns>Null where this one does not open it.</returns>
    public string? Reseal(GrantKey key, string stored, BridgeSeal other) =>
        Reseal(Context(key), stored, other) ?? Reseal(Context(key) + Followed, stored, other);

    private string? Reseal(string context, string stored, BridgeSeal other) =>
        seal.Open(Purpose, context, stored) is { } refreshToken ? other.Seal(Purpose, context, refreshToken) : null;

    private static string Context(GrantKey key) => string.Create(CultureInfo.InvariantCulture, $"{key.Service}\n{key.Entity}");
}
