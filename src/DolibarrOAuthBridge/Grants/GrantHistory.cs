// SPDX-License-Identifier: GPL-3.0-or-later

namespace DolibarrOAuthBridge.Grants;

/// <summary>What happened to a grant, newest first.</summary>
/// <param name="Events">The events.</param>
public sealed record GrantHistory(IReadOnlyList<GrantEvent> Events);

/// <summary>Something that happened to a grant.</summary>
/// <param name="At">When.</param>
/// <param name="Kind">What, such as <c>consented</c>, <c>refreshed</c>, <c>refresh_failed</c>, <c>consent_required</c>,
/// <c>healed</c> or <c>revoked</c>.</param>
/// <param name="Outcome"><c>ok</c> or <c>failed</c>.</param>
/// <param name="Detail">More about it; never a secret.</param>
public sealed record GrantEvent(DateTimeOffset At, string Kind, string Outcome, string Detail)
{
    private static readonly string[] Failures =
    [
        "_failed",
        "_denied",
        "_rejected",
        "_required",
        "_superseded",
        "_refused",
        "_rebound",
        "in_doubt",
    ];

    internal static GrantEvent Of(DateTime at, string kind, string detail) =>
        new(
            new DateTimeOffset(DateTime.SpecifyKind(at, DateTimeKind.Utc)),
            kind,
            Array.Exists(Failures, ending => kind.EndsWith(ending, StringComparison.Ordinal)) ? "failed" : "ok",
            detail
        );
}
