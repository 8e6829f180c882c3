// SPDX-License-Identifier: GPL-3.0-or-later

using System.Text.Json;

namespace DolibarrOAuthBridge.Providers;

/// <summary>
/// An answer of a device authorization endpoint (RFC 8628, section 3.2). It prints nothing of the device code, which is a
/// credential.
/// </summary>
internal sealed record DeviceAuthorization
{
    private const int LongestCode = 4096;
    private const int LongestUserCode = 64;
    private const int DefaultInterval = 5; // seconds; RFC 8628, section 3.2
    private const int LongestInterval = 60;
    private const int LongestLifetime = 3600; // seconds

    /// <summary>What the token endpoint is polled with.</summary>
    public required string DeviceCode { get; init; }

    /// <summary>What the person types.</summary>
    public required string UserCode { get; init; }

    /// <summary>Where the person types it.</summary>
    public required Uri VerificationUri { get; init; }

    /// <summary>The same with the code in it; null where the provider has none.</summary>
    public Uri? VerificationUriComplete { get; init; }

    /// <summary>Seconds between two polls, at least.</summary>
    public required int Interval { get; init; }

    /// <summary>Seconds that the person has; an hour at most.</summary>
    public required int ExpiresIn { get; init; }

    /// <summary>Validates a JSON object as such an answer.</summary>
    /// <exception cref="FormatException">It is none, or holds what must not be shown to a person. The message is safe to log.</exception>
    public static DeviceAuthorization Parse(JsonElement root) =>
        new()
        {
            DeviceCode = Text(root, "device_code", LongestCode) ?? throw new FormatException("it has no device_code"),
            UserCode = Text(root, "user_code", LongestUserCode) ?? throw new FormatException("it has no user_code"),
            VerificationUri = Address(root, "verification_uri")
                ?? Address(root, "verification_url")
                ?? throw new FormatException("it has no verification_uri"), // the latter is Google's
            VerificationUriComplete = Address(root, "verification_uri_complete") ?? Address(root, "verification_url_complete"),
            Interval = Math.Clamp(Seconds(root, "interval") ?? DefaultInterval, 1, LongestInterval),
            ExpiresIn = Math.Clamp(Seconds(root, "expires_in") ?? throw new FormatException("it has no expires_in"), 1, LongestLifetime),
        };

    /// <inheritdoc />
    public override string ToString() => "[device authorization]";

    private static string? Text(JsonElement root, string name, int longest)
    {
        if (!root.TryGetProperty(name, out var member) || member.ValueKind == JsonValueKind.Null)
        {
            return null;
        }

        return
            member.ValueKind == JsonValueKind.String
            && member.GetString() is { Length: > 0 } text
            && text.Length <= longest
            && !text.AsSpan().ContainsAnyExceptInRange('\u0020', '\u007e')
            ? text
            : throw new FormatException($"its {name} is no text of visible characters, or too long");
    }

    private static Uri? Address(JsonElement root, string name)
    {
        try
        {
            return Text(root, name, 2048) is { } text ? EndpointUri.Parse(text, name) : null;
        }
        catch (ProviderConfigurationException exception)
        {
            throw new FormatException($"its {exception.Message}");
        }
    }

    private static int? Seconds(JsonElement root, string name) =>
        !root.TryGetProperty(name, out var member) || member.ValueKind == JsonValueKind.Null ? null
        : member.ValueKind == JsonValueKind.Number && member.TryGetDouble(out var seconds) ? (int)Math.Clamp(seconds, 0, 1_000_000)
        : throw new FormatException($"its {name} is no number");
}
