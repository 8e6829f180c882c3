// SPDX-License-Identifier: GPL-3.0-or-later

namespace DolibarrOAuthBridge.Diagnosis;

/// <summary>One check of the doctor. It changes nothing.</summary>
internal interface IDiagnosis
{
    /// <summary>Whether it needs what is in the database; such checks are left out where that cannot be read.</summary>
    bool NeedsSnapshot => true;

    /// <summary>Looks.</summary>
    /// <param name="examination">What is examined.</param>
    /// <param name="cancellationToken">Cancels the look.</param>
    /// <returns>What was found; empty if all is well.</returns>
    Task<IReadOnlyList<Finding>> FindAsync(Examination examination, CancellationToken cancellationToken);
}
