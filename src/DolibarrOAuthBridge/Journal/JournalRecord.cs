// SPDX-License-Identifier: GPL-3.0-or-later

using System.Text.Json.Serialization;

namespace DolibarrOAuthBridge.Journal;

/// <summary>
/// One refresh as the journal keeps it from before the provider is asked until the database has the answer. It prints nothing of
/// the token.
/// </summary>
internal sealed record JournalRecord
{
    /// <summary>The Dolibarr instance: server, database and prefix.</summary>
    public required string Instance { get; init; }

    /// <summary>The service name.</summary>
    public required string Service { get; init; }

    /// <summary>The company.</summary>
    public required int Entity { get; init; }

    /// <summary>Who held the lease.</summary>
    public required string Owner { get; init; }

    /// <summary>The row of the token table.</summary>
    public required long RowId { get; init; }

    /// <summary>Hash of the value that was read before the refresh.</summary>
    public required string OldValueHash { get; init; }

    /// <summary>Hash of the refresh token that was spent; null where there was none.</summary>
    public string? OldRefreshHash { get; init; }

    /// <summary>
    /// The consent that the refreshed grant comes from, UTC; null if the bridge saw none. Another one since makes the record
    /// worthless.
    /// </summary>
    public DateTime? GrantedAt { get; init; }

    /// <summary>
    /// The body of the provider's answer, byte for byte; null in a record made before the provider answered. It is kept before it is
    /// parsed, so that no oddity in it can cost the refresh token.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] // the generated code would write null as empty
    public byte[]? Body { get; init; }

    /// <summary>The serialized token that was refreshed: what the answer is silent about stays as it was there.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public byte[]? Previous { get; init; }

    /// <summary>The encoded value to write, in records of release 0.1.0; null in others.</summary>
    public string? NewValue { get; init; }

    /// <summary>When the provider answered, UTC.</summary>
    public DateTime At { get; init; }

    /// <summary>Whether the provider answered.</summary>
    [JsonIgnore]
    public bool IsAnswered => Body is { Length: > 0 } || NewValue is { Length: > 0 };

    /// <inheritdoc />
    public override string ToString() => $"refresh of {Service}, entity {Entity}";
}
