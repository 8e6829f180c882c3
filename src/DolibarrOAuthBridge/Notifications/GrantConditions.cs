// SPDX-License-Identifier: GPL-3.0-or-later

using System.Globalization;
using DolibarrOAuthBridge.Providers;
using DolibarrOAuthBridge.Reports;
using DolibarrOAuthBridge.Tokens;

namespace DolibarrOAuthBridge.Notifications;

/// <summary>What a person should hear of an entry's grant. Pure: a report comes in, conditions come out.</summary>
internal static class GrantConditions
{
    // The warnings that say so some days before: see Reports/Warnings/GrantWarnings.
    private static readonly string[] EndingCodes = ["refresh_token_ending", "refresh_token_idle"];

    private static readonly string[] WorkingStates =
    [
        TokenStatus.Valid,
        TokenStatus.Expiring,
        TokenStatus.Expired,
        TokenStatus.NeverExpires,
    ];

    /// <summary>The conditions of an entry, with what to say while they last.</summary>
    public static IEnumerable<(Condition Condition, NoticeDraft Draft)> Of(EntryReport report)
    {
        var cause = report.Token.LastError is { Length: > 0 } error ? $": {error.TrimEnd('.')}" : string.Empty;
        if (report.Token.Status == TokenStatus.ConsentRequired)
        {
            yield return Make(
                report,
                NoticeKind.GrantEnded,
                NoticeSeverity.Error,
                $"The grant of {report.Entry} ended{cause}. Nothing that uses it works until somebody gives consent again.",
                $"Give consent again on Dolibarr's OAuth page, or run: dolibarr-oauth-bridge consent {report.Entry}"
            );
        }
        else if (report.Token.Status == TokenStatus.Unreadable)
        {
            yield return Make(
                report,
                NoticeKind.GrantEnded,
                NoticeSeverity.Error,
                $"The token of {report.Entry} cannot be read{cause}. Nothing that uses it works.",
                "Run dolibarr-oauth-bridge doctor, which says whether the key in conf.php changed; else give consent again."
            );
        }
        else if (report.Token.Status == TokenStatus.Duplicate)
        {
            yield return Make(
                report,
                NoticeKind.DuplicateRows,
                NoticeSeverity.Error,
                $"Several rows of the token table belong to {report.Entry}, so none of them is refreshed.",
                "Look at them with dolibarr-oauth-bridge inspect, and delete the one that is not in use."
            );
        }
        else if (IsRefused(report))
        {
            yield return Make(
                report,
                NoticeKind.GrantEnded,
                NoticeSeverity.Error,
                $"{report.Entry} is not renewed any more{cause}. Nothing that uses it works once its access token has ended.",
                Refusals.Advice(report.Token.LastError!.Split(':')[0])
            );
        }
        else if (report.Warnings.FirstOrDefault(warning => EndingCodes.Contains(warning.Code)) is { } ending)
        {
            yield return Make(report, NoticeKind.GrantEnding, NoticeSeverity.Warning, Ending(report), ending.Message);
        }
    }

    /// <summary>A refresh token that was presented long after it was replaced.</summary>
    public static (Condition Condition, NoticeDraft Draft) Superseded(string entry, int entity) =>
        (
            new Condition(NoticeKind.TokenSuperseded, entity, entry, string.Empty),
            new NoticeDraft(
                NoticeKind.TokenSuperseded,
                NoticeSeverity.Warning,
                entity,
                entry,
                $"A refresh token of {entry} was presented long after it was replaced. It was refused.",
                "If no old copy of Dolibarr or of its database is running, somebody may have copied the token: revoke the grant and "
                    + "give consent again."
            )
        );

    /// <summary>A secret that was not sent where its entry's settings say now.</summary>
    public static (Condition Condition, NoticeDraft Draft) Rebound(string entry, int entity) =>
        (
            new Condition(NoticeKind.SecretRebound, entity, entry, string.Empty),
            new NoticeDraft(
                NoticeKind.SecretRebound,
                NoticeSeverity.Error,
                entity,
                entry,
                $"A secret of {entry} was not sent: it was first used at another address or with another client id than the entry has "
                    + "now. Once its access token has expired, nothing that uses it works.",
                $"If you changed the entry, {SecretGuard.Allowance(entry)}. "
                    + "Otherwise find out who changed it, and change it back."
            )
        );

    /// <summary>What to say when a condition of an entry is over.</summary>
    /// <param name="condition">The condition.</param>
    /// <param name="report">The entry as it is now; null if it is gone.</param>
    /// <returns>Null where a person deleted the entry or its token, where it has failed since for another reason, and where the next
    /// notice says more.</returns>
    public static NoticeDraft? Over(Condition condition, EntryReport? report) =>
        NoticeKind.OverOf(condition.Kind) is { } kind
        && report is not null
        && WorkingStates.Contains(report.Token.Status)
        && (report.Token.Status != TokenStatus.Expired || report.Token.LastError is null)
            ? new NoticeDraft(
                kind,
                NoticeSeverity.Info,
                condition.Entity,
                condition.Entry,
                condition.Kind == NoticeKind.GrantEnding
                    ? $"The grant of {condition.Entry} no longer ends soon."
                    : $"The grant of {condition.Entry} works again.",
                string.Empty
            )
            : null;

    // The provider takes the client or its settings no more: an expired client secret, for one.
    private static bool IsRefused(EntryReport report) =>
        report is { NeedsPerson: true, Complete: true, Paused: false, Token.LastError: not null }
        && (report.Token.Status == TokenStatus.Expiring || report.Token.Status == TokenStatus.Expired);

    private static string Ending(EntryReport report) =>
        report.Token.RefreshTokenExpiresAt is { } end
            ? string.Create(
                CultureInfo.InvariantCulture,
                $"The grant of {report.Entry} ends on {end.UtcDateTime:yyyy-MM-dd HH:mm} UTC unless somebody acts."
            )
            : $"The grant of {report.Entry} ends soon unless somebody acts.";

    private static (Condition, NoticeDraft) Make(EntryReport report, string kind, string severity, string message, string advice) =>
        (
            new Condition(kind, report.Entity, report.Entry, string.Empty),
            new NoticeDraft(kind, severity, report.Entity, report.Entry, message, advice)
        );
}
