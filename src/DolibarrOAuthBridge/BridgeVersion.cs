// SPDX-License-Identifier: GPL-3.0-or-later

using System.Reflection;
using System.Runtime.CompilerServices;

namespace DolibarrOAuthBridge;

/// <summary>The program's version.</summary>
internal static class BridgeVersion
{
    /// <summary>Such as <c>0.1.0</c>; a build between releases adds <c>-suffix</c>.</summary>
    public static string Current { get; } =
        Assembly.GetExecutingAssembly().GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown";

    /// <summary>
    /// How the program was built: <c>native</c> (compiled ahead of time, as the packages are) or <c>portable</c> (with a just-in-time
    /// compiler).
    /// </summary>
    public static string Build { get; } = RuntimeFeature.IsDynamicCodeSupported ? "portable" : "native";
}
