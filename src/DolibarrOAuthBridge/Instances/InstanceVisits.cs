// SPDX-License-Identifier: GPL-3.0-or-later

namespace DolibarrOAuthBridge.Instances;

/// <summary>What is known of the visits at one instance.</summary>
internal sealed class InstanceVisits(Instance instance, DateTimeOffset nextAt) : IDisposable
{
    private volatile bool _isUnderWay;

    /// <summary>The instance.</summary>
    public Instance Instance => instance;

    /// <summary>Whether one has not ended.</summary>
    public bool IsUnderWay
    {
        get => _isUnderWay;
        set => _isUnderWay = value;
    }

    /// <summary>When the next one is due.</summary>
    public DateTimeOffset NextAt { get; set; } = nextAt;

    /// <summary>When everything is looked at again although nothing changed.</summary>
    public DateTimeOffset LookAt { get; set; }

    /// <summary>The state of the database at the last look; null where everything must be looked at.</summary>
    public string? Mark { get; set; }

    /// <summary>Completes when a request writes to the audit trail, of which a person may have to hear; null where nobody asks.</summary>
    public Task? Appended { get; set; }

    /// <summary>What a visit began and did not wait for; null where there is nothing.</summary>
    public Task<Errands>? Errands { get; set; }

    /// <summary>Whether something changed meanwhile that they may not have seen.</summary>
    public bool IsMissed { get; set; }

    /// <summary>Since when the database has not answered; null while it does.</summary>
    public DateTimeOffset? DownSince { get; set; }

    /// <summary>Keeps the services while the database does not answer: they remember who was told.</summary>
    public InstanceUse? Held { get; set; }

    public void Dispose() => Held?.Dispose();
}

/// <summary>What came of the part of a visit that others may make slow.</summary>
/// <param name="LookAt">When everything is looked at again although nothing changed.</param>
/// <param name="HasDevices">Whether a device code waits for a person.</param>
internal sealed record Errands(DateTimeOffset LookAt, bool HasDevices);
