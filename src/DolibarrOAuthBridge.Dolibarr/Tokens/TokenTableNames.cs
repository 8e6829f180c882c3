// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Dolibarr.Database;

namespace DolibarrOAuthBridge.Dolibarr.Tokens;

/// <summary>
/// What stands in SQL for the token table. The views of <c>sql/grants.sql</c> show a value under the column's own name and take a new one
/// under another, so that the rows that they hide cannot be read by way of an error message either.
/// </summary>
/// <param name="Rows">Where rows are read, changed and deleted, quoted.</param>
/// <param name="NewRows">Where rows are added, quoted.</param>
/// <param name="WrittenPrefix">What stands before a column's name where it is changed.</param>
public sealed record TokenTableNames(string Rows, string NewRows, string WrittenPrefix)
{
    private const string Table = "oauth_token";

    /// <summary>The column to name where <c>token</c>, <c>tokenstring</c> or <c>state</c> is changed.</summary>
    public string Written(string column) => WrittenPrefix + column;

    internal static async ValueTask<TokenTableNames> OfAsync(DolibarrDatabase database, CancellationToken cancellationToken) =>
        await database.UsesViewsAsync(cancellationToken).ConfigureAwait(false)
            ? new(database.View(Table), database.View("oauth_token_new"), "new_")
            : new(database.Table(Table), database.Table(Table), string.Empty);
}
