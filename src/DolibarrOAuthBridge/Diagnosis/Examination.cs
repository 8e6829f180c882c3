// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Dolibarr.Configuration;

namespace DolibarrOAuthBridge.Diagnosis;

/// <summary>What one run of the doctor looks at.</summary>
internal sealed record Examination
{
    private readonly InstanceSnapshot? _snapshot;

    /// <summary>The conf.php in use.</summary>
    public required DolibarrConf Conf { get; init; }

    /// <summary>Whether nothing but the database is asked: no provider, no sidecar.</summary>
    public bool Offline { get; init; }

    /// <summary>Where the sidecar is, as a URL or the path of a socket; null to take it from Dolibarr's settings.</summary>
    public string? SidecarAddress { get; init; }

    /// <summary>What is in the database.</summary>
    /// <exception cref="InvalidOperationException">It was not read.</exception>
    public InstanceSnapshot Snapshot
    {
        get => _snapshot ?? throw new InvalidOperationException("The database was not read.");
        init => _snapshot = value;
    }
}
