// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Dolibarr.Database;

namespace DolibarrOAuthBridge.Diagnosis;

/// <summary>The clocks of this machine and of the database: tokens end by the one, and leases by the other.</summary>
internal sealed class ClockDiagnosis(DolibarrDatabase database, TimeProvider time) : IDiagnosis
{
    private static readonly TimeSpan Tolerated = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Harmful = TimeSpan.FromMinutes(1);

    /// <inheritdoc />
    public async Task<IReadOnlyList<Finding>> FindAsync(Examination examination, CancellationToken cancellationToken)
    {
        var before = time.GetUtcNow();
        var there = (
            await database.QueryAsync($"SELECT {database.Sql.Now} AS Clock", [], static row => row.Time("Clock"), cancellationToken)
        )[0];
        var after = time.GetUtcNow();
        return
        [
            .. Judge("clock_off_database", $"database server {database.Server}", new DateTimeOffset(there, TimeSpan.Zero), before, after),
        ];
    }

    /// <summary>A finding where another clock is outside the time between asking and being answered, by more than is tolerated.</summary>
    internal static IEnumerable<Finding> Judge(
        string code,
        string subject,
        DateTimeOffset there,
        DateTimeOffset before,
        DateTimeOffset after
    )
    {
        var difference =
            there < before ? before - there
            : there > after ? there - after
            : TimeSpan.Zero;
        if (difference > Tolerated)
        {
            yield return new(
                code,
                difference > Harmful ? Severity.Error : Severity.Warning,
                subject,
                $"Its clock is {difference.TotalSeconds:0} seconds {(there < before ? "behind" : "ahead of")} this machine's.",
                "Let both keep time by NTP (timedatectl set-ntp true): tokens are taken for valid too long or too short."
            );
        }
    }
}
