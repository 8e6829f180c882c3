// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Dolibarr.Tokens;

namespace DolibarrOAuthBridge.Diagnosis;

/// <summary>What the checks need of an instance's database, read once.</summary>
/// <param name="Constants">The settings of OAuth and mail, and every encrypted one.</param>
/// <param name="Rows">Every row of the token table.</param>
/// <param name="Companies">The companies that have entries or tokens.</param>
/// <param name="Collectors">The email collectors that are switched on; empty where they cannot be read.</param>
internal sealed record InstanceSnapshot(
    IReadOnlyList<ConstantRow> Constants,
    IReadOnlyList<TokenRow> Rows,
    IReadOnlyList<CompanySnapshot> Companies,
    IReadOnlyList<CollectorRow> Collectors
)
{
    /// <summary>A setting as Dolibarr reads it for a company: its own, else that of all; empty if none.</summary>
    public string Setting(string name, int entity) =>
        Constants
            .Where(constant => constant.Name == name && (constant.Entity == entity || constant.Entity == 0))
            .OrderByDescending(constant => constant.Entity)
            .Select(constant => constant.Stored)
            .FirstOrDefault()
        ?? string.Empty;
}
