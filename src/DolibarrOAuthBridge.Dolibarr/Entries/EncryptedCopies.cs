// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Dolibarr.Database;
using DolibarrOAuthBridge.Dolibarr.Encryption;

namespace DolibarrOAuthBridge.Dolibarr.Entries;

/// <summary>
/// Finds a ciphertext at another place, also if somebody changed its bits: Dolibarr's encryption binds no value to its place and has no
/// authentication, but copies keep the beginning of the IV (<see cref="DolCrypt.OriginOf"/>).
/// </summary>
public sealed class EncryptedCopies(DolibarrDatabase database)
{
    /// <summary>Whether a setting of any company is stored with an IV that begins so.</summary>
    /// <param name="origin">The beginning of the IV.</param>
    /// <param name="except">The settings that do not count: a name, or the beginning of names and <c>*</c>.</param>
    /// <param name="cancellationToken">Cancels the statement.</param>
    /// <exception cref="StoreException">The database failed.</exception>
    public Task<bool> IsSettingAsync(string origin, string except, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(except);
        return AnyAsync(
            $"{database.Table("const")} WHERE name NOT LIKE @except ESCAPE '|' AND value LIKE @pattern ESCAPE '|'",
            origin,
            [("except", Literal(except).Replace('*', '%'))],
            cancellationToken
        );
    }

    /// <summary>Whether a row of the token table, of any owner and company, is stored with an IV that begins so.</summary>
    /// <exception cref="StoreException">The database failed.</exception>
    public Task<bool> IsTokenAsync(string origin, CancellationToken cancellationToken = default) =>
        AnyAsync($"{database.Table("oauth_token")} WHERE token LIKE @pattern ESCAPE '|'", origin, [], cancellationToken);

    private async Task<bool> AnyAsync(
        string where,
        string origin,
        (string Name, object? Value)[] parameters,
        CancellationToken cancellationToken
    )
    {
        ArgumentException.ThrowIfNullOrEmpty(origin);
        var found = await database
            .QueryAsync(
                $"SELECT 1 AS found FROM {where} LIMIT 1",
                [("pattern", $"%dol%:%:{Literal(origin)}%"), .. parameters],
                static row => row.Number("found"),
                cancellationToken
            )
            .ConfigureAwait(false);
        return found.Count > 0;
    }

    private static string Literal(string text) =>
        text.Replace("|", "||", StringComparison.Ordinal)
            .Replace("_", "|_", StringComparison.Ordinal)
            .Replace("%", "|%", StringComparison.Ordinal);
}
