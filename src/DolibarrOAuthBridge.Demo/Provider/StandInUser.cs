// SPDX-License-Identifier: GPL-3.0-or-later

namespace DolibarrOAuthBridge.Demo.Provider;

/// <summary>A person with an account at the stand-in provider.</summary>
/// <param name="Subject">The <c>sub</c> claim.</param>
/// <param name="Email">The <c>email</c> claim.</param>
/// <param name="Name">The <c>name</c> claim.</param>
/// <param name="EmailVerified">The <c>email_verified</c> claim.</param>
public sealed record StandInUser(string Subject, string Email, string Name, bool EmailVerified = true)
{
    /// <summary>More claims of the ID token and of userinfo, such as <c>hd</c>, <c>tid</c> and <c>oid</c>.</summary>
    public IReadOnlyDictionary<string, string> Claims { get; init; } = new Dictionary<string, string>();
}
