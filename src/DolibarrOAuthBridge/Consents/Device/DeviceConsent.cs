// SPDX-License-Identifier: GPL-3.0-or-later

using System.Text.Json.Serialization;

namespace DolibarrOAuthBridge.Consents.Device;

/// <summary>What a consent by device code must remember between two polls. Stored encrypted; it prints nothing of itself.</summary>
internal sealed record DeviceConsent
{
    /// <summary>What the token endpoint is polled with.</summary>
    public required string DeviceCode { get; init; }

    /// <summary>Where the code may be sent, and nowhere else.</summary>
    public required Uri TokenEndpoint { get; init; }

    /// <summary>The client that asked.</summary>
    public required string ClientId { get; init; }

    /// <summary>Seconds between two polls; five more after each <c>slow_down</c>.</summary>
    public required int Interval { get; init; }

    /// <summary>Polls in a row that the provider did not answer properly.</summary>
    public int Failures { get; init; }

    /// <summary>When the next poll may be. While a process polls, this is past the end of that, so that no other one does.</summary>
    public required DateTimeOffset NextPollAt { get; init; }

    /// <summary>Whether another account than before may take the entry over.</summary>
    public bool ConfirmsAccountChange { get; init; }

    /// <inheritdoc />
    public override string ToString() => "[consent by device code]";
}

[JsonSerializable(typeof(DeviceConsent))]
internal sealed partial class DeviceConsentJson : JsonSerializerContext;
