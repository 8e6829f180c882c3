// SPDX-License-Identifier: GPL-3.0-or-later

using System.Reflection;
using DolibarrOAuthBridge.Login;
using DolibarrOAuthBridge.LoginTests.Support;

namespace DolibarrOAuthBridge.LoginTests.Conformance;

/// <summary>
/// Plays a module: what the test asserts is what its attribute says, so that the table made of the attributes cannot differ.
/// </summary>
internal static class Play
{
    /// <summary>The module that a test replays, whose name it carries.</summary>
    public static ModuleAttribute ModuleOf(Type tests, string test)
    {
        var module = tests.GetMethod(test)!.GetCustomAttribute<ModuleAttribute>()!;
        Assert.Equal(module.Name.Replace('-', '_'), test);
        return module;
    }

    /// <summary>A sign-in that must end as the calling test's attribute says.</summary>
    /// <param name="tests">The class of the test.</param>
    /// <param name="test">The test's name.</param>
    /// <param name="change">What the provider does wrong.</param>
    /// <param name="last">Where a rejection must have been the end: the last path that was asked.</param>
    public static async Task<Identity?> AsTheAttributeSaysAsync(
        Type tests,
        string test,
        Action<SignIn>? change = null,
        string? last = OpenIdAuthority.JwksPath
    )
    {
        var module = ModuleOf(tests, test);
        await using var signIn = await SignIn.CreateAsync();
        change?.Invoke(signIn);
        if (module.Rejects is { } reason)
        {
            await signIn.RejectAsync(reason, last);
            return null;
        }

        var identity = await signIn.RunAsync();
        Assert.Equal(
            (signIn.Authority.Issuer, "1001", "ada@example.com", true),
            (identity.Issuer, identity.Subject, identity.Email, identity.EmailVerified)
        );
        return identity;
    }
}
