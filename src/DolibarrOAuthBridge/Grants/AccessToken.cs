// SPDX-License-Identifier: GPL-3.0-or-later

namespace DolibarrOAuthBridge.Grants;

/// <summary>An access token as it is handed out. Not a printing record: it is a credential.</summary>
internal sealed class AccessToken
{
    /// <summary>The token itself.</summary>
    public required string Value { get; init; }

    /// <summary>How it is used; always <c>Bearer</c> so far.</summary>
    public string TokenType { get; init; } = "Bearer";

    /// <summary>When it ends; null where it never does or nobody knows.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>The scopes granted, space separated; null if unknown.</summary>
    public string? Scope { get; init; }

    /// <summary>The service name of its row.</summary>
    public required string Service { get; init; }

    /// <summary>Whether the database has it; false where its answer still waits in the journal.</summary>
    public bool IsStored { get; init; } = true;

    /// <inheritdoc />
    public override string ToString() => $"[access token of {Service}]";
}
