// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Dolibarr.Database;
using DolibarrOAuthBridge.Grants;

namespace DolibarrOAuthBridge.Reports;

/// <summary>
/// A row of <c>oauthbridge_v_status</c> but for the time: two equal ones need no writing. Times are UTC, in whole seconds.
/// </summary>
internal sealed record StatusRow
{
    private const int LongestText = 255;

    public string Entry { get; init; } = string.Empty;

    public string Service { get; init; } = string.Empty;

    public int Entity { get; init; }

    public string Provider { get; init; } = string.Empty;

    public string Status { get; init; } = string.Empty;

    public bool NeedsPerson { get; init; }

    public bool Complete { get; init; }

    public bool HasRefreshToken { get; init; }

    public DateTime? ExpiresAt { get; init; }

    public DateTime? RefreshTokenExpiresAt { get; init; }

    public DateTime? GrantedAt { get; init; }

    public DateTime? RefreshedAt { get; init; }

    public int RefreshCount { get; init; }

    public DateTime? UsedAt { get; init; }

    public int FailureCount { get; init; }

    public string? LastError { get; init; }

    public DateTime? NextTryAt { get; init; }

    public bool Paused { get; init; }

    public string Warnings { get; init; } = string.Empty;

    /// <summary>The row of an entry.</summary>
    /// <param name="report">What the API says of it.</param>
    /// <param name="record">What the bridge remembers of it.</param>
    public static StatusRow Of(EntryReport report, GrantRecord record) =>
        new()
        {
            Entry = report.Entry,
            Service = report.Service,
            Entity = report.Entity,
            Provider = report.Provider,
            Status = report.Token.Status,
            NeedsPerson = report.NeedsPerson,
            Complete = report.Complete,
            HasRefreshToken = report.Token.HasRefreshToken,
            ExpiresAt = Seconds(report.Token.ExpiresAt?.UtcDateTime),
            RefreshTokenExpiresAt = Seconds(report.Token.RefreshTokenExpiresAt?.UtcDateTime),
            GrantedAt = Seconds(report.Token.GrantedAt?.UtcDateTime),
            RefreshedAt = Seconds(report.Token.RefreshedAt?.UtcDateTime),
            RefreshCount = report.Token.RefreshCount,
            UsedAt = Seconds(record.UsedAt),
            FailureCount = record.FailureCount,
            LastError = Cut(report.Token.LastError),
            NextTryAt = Seconds(record.NextTryAt),
            Paused = report.Paused,
            Warnings = Cut(string.Join(' ', report.Warnings.Select(warning => warning.Code).Distinct(StringComparer.Ordinal)))!,
        };

    /// <summary>The row that the database has.</summary>
    public static StatusRow Of(SqlRow row) =>
        new()
        {
            Entry = row.Text("entry"),
            Service = row.Text("service"),
            Entity = row.Number("entity"),
            Provider = row.Text("provider"),
            Status = row.Text("status"),
            NeedsPerson = row.Boolean("needs_person"),
            Complete = row.Boolean("complete"),
            HasRefreshToken = row.Boolean("has_refresh_token"),
            ExpiresAt = Seconds(row.TimeOrNull("expires_at")),
            RefreshTokenExpiresAt = Seconds(row.TimeOrNull("refresh_token_expires_at")),
            GrantedAt = Seconds(row.TimeOrNull("granted_at")),
            RefreshedAt = Seconds(row.TimeOrNull("refreshed_at")),
            RefreshCount = row.Number("refresh_count"),
            UsedAt = Seconds(row.TimeOrNull("used_at")),
            FailureCount = row.Number("failure_count"),
            LastError = row.TextOrNull("last_error"),
            NextTryAt = Seconds(row.TimeOrNull("next_try_at")),
            Paused = row.Boolean("paused"),
            Warnings = row.Text("warnings"),
        };

    /// <summary>The row by column, for a statement.</summary>
    public (string Name, object? Value)[] Values(DateTime lookedAt) =>
        [
            ("entry", Entry),
            ("service", Service),
            ("entity", Entity),
            ("provider", Provider),
            ("status", Status),
            ("needs_person", NeedsPerson ? 1 : 0),
            ("complete", Complete ? 1 : 0),
            ("has_refresh_token", HasRefreshToken ? 1 : 0),
            ("expires_at", ExpiresAt),
            ("refresh_token_expires_at", RefreshTokenExpiresAt),
            ("granted_at", GrantedAt),
            ("refreshed_at", RefreshedAt),
            ("refresh_count", RefreshCount),
            ("used_at", UsedAt),
            ("failure_count", FailureCount),
            ("last_error", LastError),
            ("next_try_at", NextTryAt),
            ("paused", Paused ? 1 : 0),
            ("warnings", Warnings),
            ("looked_at", lookedAt),
        ];

    // What the database gives back: no fractions, no kind, and nothing before the year 1000.
    private static DateTime? Seconds(DateTime? time) =>
        time is { Year: >= 1000 } known ? new DateTime(known.Ticks - (known.Ticks % TimeSpan.TicksPerSecond)) : null;

    private static string? Cut(string? text) => text is { Length: > LongestText } ? text[..LongestText] : text;
}
