// SPDX-License-Identifier: GPL-3.0-or-later

namespace DolibarrOAuthBridge.LoginTests.Conformance;

/// <summary>
/// Which module of the OpenID Foundation's conformance suite a test replays, and what must come of it. The table in docs is made
/// of these.
/// </summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class ModuleAttribute(string name, string requirement) : Attribute
{
    /// <summary>The module's name in the suite.</summary>
    public string Name { get; } = name;

    /// <summary>What the module demands of a relying party.</summary>
    public string Requirement { get; } = requirement;

    /// <summary>The reason code that the test asserts; null where the sign-in must go well or <see cref="Result"/> says more.</summary>
    public string? Rejects { get; init; }

    /// <summary>What the test asserts where it is not a rejection.</summary>
    public string Result { get; init; } = "accepted";
}
