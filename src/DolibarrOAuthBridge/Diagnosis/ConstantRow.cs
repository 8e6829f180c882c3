// SPDX-License-Identifier: GPL-3.0-or-later

namespace DolibarrOAuthBridge.Diagnosis;

/// <summary>A row of <c>llx_const</c>. It prints nothing of the value, which may be a secret.</summary>
/// <param name="Name">The constant.</param>
/// <param name="Stored">Its value as it stands, encrypted or not.</param>
/// <param name="Entity">The company; 0 for all.</param>
internal sealed record ConstantRow(string Name, string Stored, int Entity)
{
    /// <inheritdoc />
    public override string ToString() => $"{Name}, entity {Entity}";
}
