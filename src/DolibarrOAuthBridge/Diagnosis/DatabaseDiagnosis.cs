// SPDX-License-Identifier: GPL-3.0-or-later

using System.Globalization;
using System.Text.RegularExpressions;
using DolibarrOAuthBridge.Dolibarr.Database;

namespace DolibarrOAuthBridge.Diagnosis;

/// <summary>The database server: whether it answers, is new enough, and takes writes.</summary>
internal sealed partial class DatabaseDiagnosis(DolibarrDatabase database) : IDiagnosis
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
                        "Point conf.php at the primary, or make this server writable (SET GLOBAL read_only = 0)."
                    )
                );
            }

            if (IsTooOld(version))
            {
                findings.Add(
                    new(
                        "database_too_old",
                        Severity.Warning,
                        subject,
                        $"The server is {version}; the bridge is made for MariaDB 10.5 and newer and MySQL 8.",
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

    /// <summary>Whether a server of this version is older than what the bridge is made for.</summary>
    internal static bool IsTooOld(string version)
    {
        var match = MajorAndMinor().Match(version);
        if (!match.Success)
        {
            return false;
        }

        var number = (Part(1), Part(2));
        return number.CompareTo(version.Contains("MariaDB", StringComparison.OrdinalIgnoreCase) ? (10, 5) : (8, 0)) < 0;

        int Part(int group) => int.Parse(match.Groups[group].ValueSpan, CultureInfo.InvariantCulture);
    }

    [GeneratedRegex(@"^(\d{1,4})\.(\d{1,4})")]
    private static partial Regex MajorAndMinor();
}
