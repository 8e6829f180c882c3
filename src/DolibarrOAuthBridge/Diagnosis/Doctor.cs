// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Dolibarr.Configuration;
using DolibarrOAuthBridge.Dolibarr.Database;

namespace DolibarrOAuthBridge.Diagnosis;

/// <summary>Runs every check over an instance. It changes nothing.</summary>
internal sealed class Doctor(IEnumerable<IDiagnosis> diagnoses, InstanceReader reader, DolibarrConf conf)
{
    /// <summary>Examines the instance.</summary>
    /// <param name="offline">Whether to ask nothing but the database.</param>
    /// <param name="sidecarAddress">Where the sidecar is; null to take it from Dolibarr's settings.</param>
    /// <param name="cancellationToken">Cancels the run.</param>
    /// <returns>The findings, the gravest first.</returns>
    public async Task<IReadOnlyList<Finding>> ExamineAsync(
        bool offline,
        string? sidecarAddress = null,
        CancellationToken cancellationToken = default
    )
    {
        var examination = new Examination
        {
            Conf = conf,
            Offline = offline,
            SidecarAddress = sidecarAddress,
        };
        var checks = diagnoses.ToLookup(diagnosis => diagnosis.NeedsSnapshot);
        var findings = await RunAsync(checks[false], examination, cancellationToken);
        if (!findings.Exists(finding => finding.Code is DatabaseDiagnosis.Unreachable or SchemaDiagnosis.NoTokenTable))
        {
            try
            {
                examination = examination with { Snapshot = await reader.ReadAsync(cancellationToken) };
                findings.AddRange(await RunAsync(checks[true], examination, cancellationToken));
            }
            catch (Exception exception) when (exception is StoreException or BridgeException)
            {
                findings.Add(Failed("Dolibarr's tables", exception));
            }
        }

        return [.. findings.OrderBy(finding => Severity.All.ToList().IndexOf(finding.Severity))]; // stable: checks keep their order
    }

    private static async Task<List<Finding>> RunAsync(
        IEnumerable<IDiagnosis> checks,
        Examination examination,
        CancellationToken cancellationToken
    )
    {
        var findings = new List<Finding>();
        foreach (var check in checks)
        {
            try
            {
                findings.AddRange(await check.FindAsync(examination, cancellationToken));
            }
            catch (Exception exception) when (exception is StoreException or BridgeException)
            {
                findings.Add(Failed(check.GetType().Name.Replace("Diagnosis", string.Empty, StringComparison.Ordinal), exception));
            }
        }

        return findings;
    }

    private static Finding Failed(string subject, Exception exception) =>
        new(
            "check_failed",
            Severity.Error,
            subject,
            exception.Message,
            "Correct this and run doctor again: what depends on it was not examined."
        );
}
