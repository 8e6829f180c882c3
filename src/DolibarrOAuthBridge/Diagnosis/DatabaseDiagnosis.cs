// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Dolibarr.Database;

namespace DolibarrOAuthBridge.Diagnosis;

/// <summary>The database server: whether it answers, is new enough, and takes writes.</summary>
internal sealed class DatabaseDiagnosis(DolibarrDatabase database) : IDiagnosis
{
    /// <summary>The finding that leaves nothing else to examine.</summary>
    public const string Unreachable = "database_unreachable";

    /// <inheritdoc />
    public bool NeedsSnapshot => false;

    /// <inheritdoc />
    public async Task<IReadOnlyList<Finding>> FindAsync(Examination examination, CancellationToken cancellationToken)
    {
        var subject = $"{database.Name} on {database.Server}";
        try
        {
            var server = await database.QueryAsync(
                database.Sql.ServerQuery,
                [],
                static row => (Version: row.Text("Version"), IsReadOnly: row.Boolean("IsReadOnly")),
                cancellationToken
            );
            var (version, isReadOnly) = server[0];
            var findings = new List<Finding>();
            if (isReadOnly)
            {
                findings.Add(
                    new(
                        "database_read_only",
                        Severity.Error,
                        subject,
                        "The server is read-only, as a replica is: no refreshed token could be stored, so none is refreshed.",
                        $"Point conf.php at the primary, or make this server writable ({database.Sql.MakeWritable})."
                    )
                );
            }

            if (database.Sql.IsTooOld(version))
            {
                findings.Add(
                    new(
                        "database_too_old",
                        Severity.Warning,
                        subject,
                        $"The server is {version}; the bridge is made for {database.Sql.OldestServers}.",
                        "Upgrade the server."
                    )
                );
            }

            return findings;
        }
        catch (StoreException exception)
        {
            return
            [
                new(
                    Unreachable,
                    Severity.Error,
                    subject,
                    exception.Message,
                    "Check $dolibarr_main_db_host, _port, _name, _user and _pass in conf.php, or the sidecar's own account, and whether "
                        + "the server runs."
                ),
            ];
        }
    }
}
