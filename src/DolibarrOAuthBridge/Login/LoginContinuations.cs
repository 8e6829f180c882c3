// SPDX-License-Identifier: GPL-3.0-or-later

using System.Text.Json;

namespace DolibarrOAuthBridge.Login;

/// <summary>
/// What is remembered of a sign-in lives with the caller, who cannot read or change it: a stranger who begins any number of sign-ins
/// fills no table and pushes nobody out.
/// </summary>
internal sealed class LoginContinuations(BridgeSeal seal)
{
    private const string Purpose = "sign-in";
    private const int Longest = 16 * 1024; // characters

    /// <summary>Seals a sign-in for the caller.</summary>
    public string Seal(PendingLogin pending) =>
        seal.Seal(Purpose, string.Empty, JsonSerializer.Serialize(pending, PendingLoginJson.Default.PendingLogin));

    /// <summary>The sign-in within; null if the bridge did not make it, or with another key.</summary>
    public PendingLogin? Open(string continuation)
    {
        try
        {
            return continuation.Length <= Longest && seal.Open(Purpose, string.Empty, continuation) is { } json
                ? JsonSerializer.Deserialize(json, PendingLoginJson.Default.PendingLogin)
                : null;
        }
        catch (JsonException)
        {
            return null; // of another release
        }
    }
}
