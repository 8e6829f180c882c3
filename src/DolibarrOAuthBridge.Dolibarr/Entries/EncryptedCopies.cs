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
    public async Task<bool> IsSettingAsync(string origin, string except, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(except);
        var stored = await StoredWithAsync("const", "value", cancellationToken).ConfigureAwait(false);
        return await AnyAsync(
                $"{stored} AND name NOT LIKE @except ESCAPE '|'",
                origin,
                [("except", LikePattern.Literal(except).Replace('*', '%'))],
                cancellationToken
            )
            .ConfigureAwait(false);
    }

    /// <summary>Whether a row of the token table, of any owner and company, is stored with an IV that begins so.</summary>
    /// <exception cref="StoreException">The database failed.</exception>
    public async Task<bool> IsTokenAsync(string origin, CancellationToken cancellationToken = default) =>
        await AnyAsync(
                await StoredWithAsync("oauth_token", "token", cancellationToken).ConfigureAwait(false),
                origin,
                [],
                cancellationToken
            )
            .ConfigureAwait(false);

    /// <summary>The encrypted settings of all companies: the name of each, and the beginning of its IV.</summary>
    /// <exception cref="StoreException">The database failed.</exception>
    public async Task<IReadOnlyList<(string Name, string Origin)>> ListSettingsAsync(CancellationToken cancellationToken = default)
    {
        if (await OriginsAsync("const", cancellationToken).ConfigureAwait(false) is { } origins)
        {
            return await database
                .QueryAsync(
                    $"SELECT name, origin FROM {origins}",
                    [],
                    static row => (row.Text("name"), row.Text("origin")),
                    cancellationToken
                )
                .ConfigureAwait(false);
        }

        var settings = await database
            .QueryAsync(
                $"SELECT name, value FROM {database.Table("const")} WHERE value LIKE '%dol%:%:%:%'",
                [],
                static row => (Name: row.Text("name"), Origin: DolCrypt.OriginOf(row.Text("value").Trim())),
                cancellationToken
            )
            .ConfigureAwait(false);
        return [.. settings.Where(static setting => setting.Origin is not null).Select(static setting => (setting.Name, setting.Origin!))];
    }

    private async ValueTask<string> StoredWithAsync(string table, string column, CancellationToken cancellationToken) =>
        await OriginsAsync(table, cancellationToken).ConfigureAwait(false) is { } origins
            ? $"{origins} WHERE origin = @origin"
            : $"{database.Table(table)} WHERE {column} LIKE @pattern ESCAPE '|'";

    // An account that sees a part of the table only is shown the beginning of each IV in it, and not what was encrypted.
    private async ValueTask<string?> OriginsAsync(string table, CancellationToken cancellationToken) =>
        await database.UsesViewsAsync(cancellationToken).ConfigureAwait(false) ? database.View(table + "_origin")
        : await database.HidesRowsAsync(table, cancellationToken).ConfigureAwait(false)
            ? $"{database.Table($"oauthbridge_{table}_origin")}()"
        : null;

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
                [("pattern", $"%dol%:%:{LikePattern.Literal(origin)}%"), ("origin", origin), .. parameters],
                static row => row.Number("found"),
                cancellationToken
            )
            .ConfigureAwait(false);
        return found.Count > 0;
    }
}
