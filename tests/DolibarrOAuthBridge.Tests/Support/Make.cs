// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Dolibarr.Configuration;
using DolibarrOAuthBridge.Dolibarr.Encryption;
using DolibarrOAuthBridge.Dolibarr.Entries;
using DolibarrOAuthBridge.Dolibarr.Php;
using DolibarrOAuthBridge.Dolibarr.Tokens;
using DolibarrOAuthBridge.Grants;

namespace DolibarrOAuthBridge.Tests.Support;

/// <summary>Things that tests need many of.</summary>
internal static class Make
{
    public static readonly DateTimeOffset Now = new(2026, 11, 24, 12, 0, 0, TimeSpan.Zero);

    public static TokenCodec Codec { get; } = new(new InstanceKeys(null, "a key", null));

    public static DolibarrConf Conf(string key = "a key", string database = "dolibarr") =>
        new()
        {
            Path = "conf.php",
            DbHost = "127.0.0.1",
            DbName = database,
            DbUser = "dolibarr",
            DbPassword = "the-database-password",
            Keys = new InstanceKeys(null, key, null),
        };

    public static EntryName Name(string name) => EntryName.TryParse(name, out var parsed) ? parsed : throw new ArgumentException(name);

    public static OAuthEntry Entry(
        string name = "GOOGLE-Mail",
        string secret = "secret",
        string tenant = "",
        string url = "",
        params string[] scopes
    ) =>
        new()
        {
            Name = Name(name),
            Entity = 1,
            ClientId = "client",
            ClientSecret = secret,
            Tenant = tenant,
            Url = url,
            Scopes = scopes,
        };

    public static StoredToken Token(
        TimeSpan? life,
        string? refreshToken = "refresh",
        string accessToken = "access",
        PhpArray? extra = null
    ) => new(accessToken, refreshToken, life is { } time ? EndOfLife.At(Now + time) : EndOfLife.Never, extra ?? PhpArray.Empty);

    public static StoredGrant Grant(StoredToken token, long row = 1, DateTime? modified = null) =>
        StoredGrant.Decode(
            new TokenRow
            {
                RowId = row,
                Service = "Google-Mail",
                Value = Codec.Encode(token, StoredForm.Encrypted()),
                ModifiedAt = modified,
            },
            Codec
        );

    public static StoredGrant Grant(TimeSpan? life, string? refreshToken = "refresh") => Grant(Token(life, refreshToken));
}
