// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Journal;

namespace DolibarrOAuthBridge.Diagnosis;

/// <summary>
/// The journal on this machine: whether the state directory can be used by whoever runs this, and whether answers of providers wait in
/// it for the database.
/// </summary>
internal sealed class JournalDiagnosis(RefreshJournal journal, BridgeOptions options) : IDiagnosis
{
    private const UnixFileMode ByOthers = UnixFileMode.GroupWrite | UnixFileMode.OtherWrite;

    /// <inheritdoc />
    public bool NeedsSnapshot => false;

    /// <inheritdoc />
    public Task<IReadOnlyList<Finding>> FindAsync(Examination examination, CancellationToken cancellationToken)
    {
        return Task.FromResult<IReadOnlyList<Finding>>([.. Find()]);
    }

    private IEnumerable<Finding> Find()
    {
        var directory = StateDirectory.Locate(options.StateDirectory);
        if (!Path.Exists(directory))
        {
            yield return new(
                "state_directory_missing",
                Severity.Info,
                directory,
                "The directory of the refresh journal is not there. No process of the bridge has needed it on this machine yet.",
                "If the sidecar runs on this machine, give this command the same --state-directory."
            );
            yield break;
        }

        if (journal.FindProblem() is { } problem)
        {
            yield return new(
                "state_directory_unusable",
                Severity.Error,
                directory,
                problem,
                "Look again as the user of the sidecar, and do what it says then: "
                    + "runuser -u dolibarr-oauth-bridge -- dolibarr-oauth-bridge doctor"
            );
            yield break;
        }

        if ((File.GetUnixFileMode(directory) & ByOthers) != 0)
        {
            yield return new(
                "state_directory_open",
                Severity.Warning,
                directory,
                "Other users of this machine may write to the state directory: they can remove a journal file, and with it the only copy "
                    + "of a refresh token.",
                $"Close it: chmod 700 {directory}"
            );
        }

        // A sidecar that starts writes a record without a service, to try the way.
        foreach (var (service, entity) in journal.Grants().Where(static grant => grant.Service.Length > 0))
        {
            yield return new(
                "journal_waits",
                Severity.Error,
                $"{service} (entity {entity})",
                $"A refresh of it is in the journal in {directory}: the provider's answer is not in the database, or another process is at "
                    + "work on it this very moment. It may hold the only working refresh token.",
                "Keep the files. The sidecar writes them to the database as soon as it can; if this stays, the errors above and the "
                    + "sidecar's log say what the database refuses."
            );
        }
    }
}
