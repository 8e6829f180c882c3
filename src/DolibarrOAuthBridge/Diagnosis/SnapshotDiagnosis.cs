// SPDX-License-Identifier: GPL-3.0-or-later

namespace DolibarrOAuthBridge.Diagnosis;

/// <summary>A check that needs nothing but what was read from the database.</summary>
internal abstract class SnapshotDiagnosis : IDiagnosis
{
    /// <inheritdoc />
    public Task<IReadOnlyList<Finding>> FindAsync(Examination examination, CancellationToken cancellationToken)
    {
        return Task.FromResult<IReadOnlyList<Finding>>([.. Find(examination, examination.Snapshot)]);
    }

    /// <summary>Looks.</summary>
    protected abstract IEnumerable<Finding> Find(Examination examination, InstanceSnapshot snapshot);
}
