// SPDX-License-Identifier: GPL-3.0-or-later

namespace DolibarrOAuthBridge.Dolibarr.Database;

/// <content>
/// Dolibarr's own tables, or the views of them that the sidecar's own account has (<c>sql/grants.sql</c>). The views are in a database
/// beside Dolibarr's, so that no dump of Dolibarr's has them. On PostgreSQL the account has settings from a function, and policies of the
/// token table itself hide rows.
/// </content>
public sealed partial class DolibarrDatabase
{
    private const string ViewsEnding = "_oauthbridge";
    private const int LongestName = 64;
    private const string Settings = "const";
    private const string SettingsFunction = "oauthbridge_const";

    private readonly bool _hasOwnAccount;
    private volatile Access _access;

    private enum Access
    {
        Unknown,
        Tables,
        Views,
        SettingsByFunction,
    }

    /// <summary>The name of the database with the views, whether or not it is there.</summary>
    public string ViewsName => Name[..Math.Min(Name.Length, LongestName - ViewsEnding.Length)] + ViewsEnding;

    /// <summary>
    /// Whether this account sees Dolibarr's settings and tokens through views only. It is found out once, and again after a missing
    /// privilege; Dolibarr's own account never does.
    /// </summary>
    /// <exception cref="StoreException">The database failed.</exception>
    public async ValueTask<bool> UsesViewsAsync(CancellationToken cancellationToken = default) =>
        await AccessAsync(cancellationToken).ConfigureAwait(false) == Access.Views;

    /// <summary>
    /// Whether a function in the place of a table, or row-level security, hides rows of it from this account. Policies are asked for each
    /// time, since nothing fails when they change.
    /// </summary>
    /// <param name="name">The name without its prefix.</param>
    /// <param name="cancellationToken">Cancels the look.</param>
    /// <exception cref="StoreException">The database failed.</exception>
    public async Task<bool> HidesRowsAsync(string name, CancellationToken cancellationToken = default) =>
        (name == Settings && await AccessAsync(cancellationToken).ConfigureAwait(false) == Access.SettingsByFunction)
        || (await FindPartlySeenAsync([name], cancellationToken).ConfigureAwait(false)).Count > 0;

    /// <summary>Whether this account sees rows of known entries only, by views or policies.</summary>
    /// <exception cref="StoreException">The database failed.</exception>
    public async Task<bool> SeesPartAsync(CancellationToken cancellationToken = default) =>
        await UsesViewsAsync(cancellationToken).ConfigureAwait(false)
        || await HidesRowsAsync("oauth_token", cancellationToken).ConfigureAwait(false);

    /// <summary>The tables of which row-level security shows this account a part only, with their prefix.</summary>
    /// <param name="names">The tables to look at, without the prefix.</param>
    /// <param name="cancellationToken">Cancels the look.</param>
    /// <returns>Their names, and whether it shows no row at all.</returns>
    /// <exception cref="StoreException">The database failed.</exception>
    public async Task<IReadOnlyList<(string Name, bool IsEmpty)>> FindPartlySeenAsync(
        IEnumerable<string> names,
        CancellationToken cancellationToken = default
    ) =>
        Sql.PartlySeenQuery is { } sql
            ? await QueryAsync(
                    sql,
                    [("names", names.Select(StoredTable).ToArray())],
                    static row => (row.Text("Name"), row.Number("IsEmpty") != 0),
                    cancellationToken
                )
                .ConfigureAwait(false)
            : [];

    /// <summary>A table of Dolibarr's, or what the account has in its place, to read from; prefixed and quoted for SQL.</summary>
    /// <param name="name"><c>const</c> or <c>oauth_token</c>.</param>
    /// <param name="cancellationToken">Cancels the first look at what the account may read.</param>
    /// <exception cref="StoreException">The database failed.</exception>
    public async ValueTask<string> SourceAsync(string name, CancellationToken cancellationToken = default) =>
        await AccessAsync(cancellationToken).ConfigureAwait(false) switch
        {
            Access.Views => View(name),
            Access.SettingsByFunction when name == Settings => Table(SettingsFunction) + "()",
            _ => Table(name),
        };

    /// <summary>One of the views, prefixed and quoted for SQL.</summary>
    /// <param name="name">The name without its prefix.</param>
    public string View(string name) => $"{Sql.QuoteDatabase(ViewsName)}.{Table(name)}";

    private ValueTask<Access> AccessAsync(CancellationToken cancellationToken) =>
        _access is var known and not Access.Unknown ? new(known) : new(FindAccessAsync(cancellationToken));

    // What the account may do was changed, or is about to be.
    private void AskAgain(StoreException failure)
    {
        if (_hasOwnAccount && failure.Cause == StoreCause.MissingPrivilege)
        {
            _access = Access.Unknown;
        }
    }

    // An account that reads the table itself goes on with that, views or not.
    private async Task<Access> FindAccessAsync(CancellationToken cancellationToken)
    {
        var places = await QueryAsync(
                Sql.ReadableQuery,
                [
                    ("views", ViewsName),
                    ("table", StoredTable(Settings)),
                    ("column", "value"),
                    ("function", StoredTable(SettingsFunction)),
                ],
                static row => row.Text("Place"),
                cancellationToken
            )
            .ConfigureAwait(false);
        var found = places switch
        {
            ["views"] => Access.Views,
            ["function"] => Access.SettingsByFunction,
            _ => Access.Tables,
        };
        _access = found;
        return found;
    }
}
