using Dapper;
using DolibarrOAuthBridge.Dolibarr.Database;
using MySqlConnector;

namespace DolibarrOAuthBridge.Dolibarr.Entries;

/// <summary>Who uses the entries: Dolibarr's mail settings in <c>llx_const</c> and its email collectors.</summary>
public sealed class EntryUseTable(DolibarrDatabase database)
{
    private const string LoginLabel = "Login"; // the label that Dolibarr's own Google login looks for

    /// <summary>Every use in a company, mail first.</summary>
    /// <exception cref="StoreException">The database failed.</exception>
    public async Task<IReadOnlyList<EntryUse>> ListAsync(int entity, CancellationToken cancellationToken = default)
    {
        var settings = await SelectAsync(
            $@"SELECT name AS Place, value AS Entry FROM {database.Table("const")} WHERE name LIKE 'MAIN\_MAIL\_SMTPS\_OAUTH\_SERVICE%' AND entity IN (0, @entity)",
            entity,
            cancellationToken).ConfigureAwait(false);
        return [.. Uses(settings, EntryPurpose.SendMail), .. Uses(await CollectorsAsync(entity, cancellationToken).ConfigureAwait(false), EntryPurpose.ReadMail)];
    }

    /// <summary>The uses of one entry out of those of its company, with the one that its label tells.</summary>
    public static IReadOnlyList<EntryUse> Of(EntryName name, IEnumerable<EntryUse> all)
    {
        ArgumentNullException.ThrowIfNull(name);
        IEnumerable<EntryUse> byLabel = AsciiName.AreSame(name.Label, LoginLabel) ? [new EntryUse(name, EntryPurpose.SignIn, "the login page")] : [];
        return [.. all.Where(use => use.Entry.Equals(name)), .. byLabel];
    }

    // The module may not be installed, an old release has no OAuth there, and the account may lack the privilege: then nobody is known to read mail.
    private async Task<IEnumerable<PlaceRow>> CollectorsAsync(int entity, CancellationToken cancellationToken)
    {
        try
        {
            return await SelectAsync(
                $"SELECT ref AS Place, oauth_service AS Entry FROM {database.Table("emailcollector_emailcollector")} WHERE acces_type = 1 AND status > 0 AND entity = @entity",
                entity,
                cancellationToken).ConfigureAwait(false);
        }
        catch (StoreException exception) when (exception.InnerException is MySqlException { Number: 1146 or 1054 or 1142 or 1143 })
        {
            return [];
        }
    }

    private Task<IEnumerable<PlaceRow>> SelectAsync(string sql, int entity, CancellationToken cancellationToken) =>
        database.RunAsync(connection => connection.QueryAsync<PlaceRow>(new CommandDefinition(sql, new { entity }, cancellationToken: cancellationToken)), cancellationToken);

    private static IEnumerable<EntryUse> Uses(IEnumerable<PlaceRow> rows, EntryPurpose purpose) =>
        rows.Select(row => EntryName.TryParse(row.Entry, out var name) ? new EntryUse(name, purpose, row.Place) : null).OfType<EntryUse>();

    private sealed record PlaceRow(string Place, string? Entry);
}
