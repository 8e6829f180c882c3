// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Dolibarr.Database;
using DolibarrOAuthBridge.Dolibarr.Mail;

namespace DolibarrOAuthBridge.Dolibarr.Entries;

/// <summary>Who uses the entries: Dolibarr's mail settings in <c>llx_const</c> and its email collectors.</summary>
public sealed class EntryUseTable(DolibarrDatabase database, EmailCollectorTable collectors)
{
    private const string ServicePrefix = "MAIN_MAIL_SMTPS_OAUTH_SERVICE";
    private const string LoginPrefix = "MAIN_MAIL_SMTPS_ID";
    private const string LoginLabel = "Login"; // the label that Dolibarr's own Google login looks for

    /// <summary>Every use in a company, mail first.</summary>
    /// <exception cref="StoreException">The database failed.</exception>
    public async Task<IReadOnlyList<EntryUse>> ListAsync(int entity, CancellationToken cancellationToken = default)
    {
        var sql = $"""
            SELECT name, value FROM {await database.SourceAsync("const", cancellationToken).ConfigureAwait(false)}
             WHERE (name LIKE 'MAIN|_MAIL|_SMTPS|_OAUTH|_SERVICE%' ESCAPE '|' OR name LIKE 'MAIN|_MAIL|_SMTPS|_ID%' ESCAPE '|')
               AND entity IN (0, @entity)
             ORDER BY entity
            """;
        var settings = await database
            .QueryAsync(
                sql,
                [("entity", entity)],
                static row => new Use(row.Text("name"), row.TextOrNull("value"), string.Empty),
                cancellationToken
            )
            .ConfigureAwait(false);
        var active = (await collectors.ListAsync(entity, cancellationToken).ConfigureAwait(false)).Where(static collector =>
            collector is { UsesToken: true, IsActive: true }
        );
        // The company's own value counts before that of entity 0.
        var effective = settings
            .GroupBy(static setting => setting.Place, StringComparer.Ordinal)
            .ToDictionary(static values => values.Key, static values => values.Last(), StringComparer.Ordinal);
        var services = effective
            .Values.Where(static setting => setting.Place.StartsWith(ServicePrefix, StringComparison.Ordinal))
            .Select(setting =>
                setting with
                {
                    Login = effective.GetValueOrDefault(LoginPrefix + setting.Place[ServicePrefix.Length..])?.Entry ?? string.Empty,
                }
            );
        return
        [
            .. Uses(services, EntryPurpose.SendMail),
            .. Uses(
                active.Select(static collector => new Use(collector.Ref, collector.OAuthService, collector.Login)),
                EntryPurpose.ReadMail
            ),
        ];
    }

    /// <summary>The uses of one entry out of those of its company, with the one that its label tells.</summary>
    public static IReadOnlyList<EntryUse> Of(EntryName name, IEnumerable<EntryUse> all)
    {
        ArgumentNullException.ThrowIfNull(name);
        IEnumerable<EntryUse> byLabel = IsSignIn(name) ? [new EntryUse(name, EntryPurpose.SignIn, "the login page")] : [];
        return [.. all.Where(use => use.Entry.Equals(name)), .. byLabel];
    }

    /// <summary>Whether an entry serves the sign-in: its label says so.</summary>
    public static bool IsSignIn(EntryName name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return AsciiName.AreSame(name.Label, LoginLabel);
    }

    private static IEnumerable<EntryUse> Uses(IEnumerable<Use> rows, EntryPurpose purpose) =>
        rows.Select(row => EntryName.TryParse(row.Entry, out var name) ? new EntryUse(name, purpose, row.Place, row.Login) : null)
            .OfType<EntryUse>();

    private sealed record Use(string Place, string? Entry, string Login);
}
