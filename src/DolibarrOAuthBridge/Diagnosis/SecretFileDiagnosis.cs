// SPDX-License-Identifier: GPL-3.0-or-later

namespace DolibarrOAuthBridge.Diagnosis;

/// <summary>
/// Files with secrets that the sidecar's configuration names and that every user of this machine can read or change. Those of an entry
/// are among the entry's warnings.
/// </summary>
internal sealed class SecretFileDiagnosis(IConfiguration configuration) : IDiagnosis
{
    /// <inheritdoc />
    public bool NeedsSnapshot => false;

    /// <inheritdoc />
    public Task<IReadOnlyList<Finding>> FindAsync(Examination examination, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<Finding>>([
            .. SecretFile
                .Of(configuration)
                .Where(static file => !file.IsOfEntry && file.IsExposed)
                .Select(static file => new Finding("secret_file_exposed", Severity.Warning, file.Path, file.Evidence, SecretFile.Advice)),
        ]);
}
