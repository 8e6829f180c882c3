// SPDX-License-Identifier: GPL-3.0-or-later

namespace DolibarrOAuthBridge.Dolibarr.Database;

/// <content>
/// Dolibarr's own tables, or the views of them that the sidecar's own account has (<c>sql/grants.sql</c>). The views are in a database
/// beside Dolibarr's, so that no dump of Dolibarr's has them.
/// </content>
public sealed partial class DolibarrDatabase
{
    private const string ViewsEnding = "_oauthbridge";
    private const int LongestName = 64;

    private readonly bool _hasOwnAccount;
    private volatile Access _access;

    private enum Access
    {
        Unknown,
        Tables,
        Views,
    }

    /// <summary>The name of the database with the views, whether or not it is there.</summary>
    public string ViewsName => Name[..Math.Min(Name.Length, LongestName - ViewsEnding.Length)] + ViewsEnding;

    /// <summary>
    /// Whether this account sees Dolibarr's settings and tokens through views only. It is found out once, and again after a missing
    /// privilege; Dolibarr's own account never does.
    /// </summary>
    /// <exception cref="StoreException">The database failed.</exception>
    public ValueTask<bool> UsesViewsAsync(CancellationToken cancellationToken = default) =>
        _access == Access.Unknown ? new(FindAccessAsync(cancellationToken)) : new(_access == Access.Views);

    /// <summary>A table of Dolibarr's, or the view of it where the account has that; prefixed and quoted for SQL.</summary>
    /// <param name="name"><c>const</c> or <c>oauth_token</c>.</param>
    /// <param name="cancellationToken">Cancels the first look at what the account may read.</param>
    /// <exception cref="StoreException">The database failed.</exception>
    public async ValueTask<string> SourceAsync(string name, CancellationToken cancellationToken = default) =>
        await UsesViewsAsync(cancellationToken).ConfigureAwait(false) ? View(name) : Table(name);

    /// <summary>One of the views, prefixed and quoted for SQL.</summary>
    /// <param name="name">The name without its prefix.</param>
    public string View(string name) => $"{Sql.QuoteDatabase(ViewsName)}.{Table(name)}";

    // What the account may do was changed, or is about to be.
    private void AskAgain(StoreException failure)
    {
        if (_hasOwnAccount && failure.Cause == StoreCause.MissingPrivilege)
        {
            _access = Access.Unknown;
        }
    }

    // An account that reads the table itself goes on with that, views or not.
    private async Task<bool> FindAccessAsync(CancellationToken cancellationToken)
    {
        var places = Sql.ReadableQuery is { } sql
            ? await QueryAsync(
                    sql,
                    [("views", ViewsName), ("table", StoredTable("const")), ("column", "value")],
                    static row => row.Text("Place"),
                    cancellationToken
                )
                .ConfigureAwait(false)
            : [];
        _access = places is ["views"] ? Access.Views : Access.Tables;
        return _access == Access.Views;
    }
}
