// SPDX-License-Identifier: GPL-3.0-or-later

namespace DolibarrOAuthBridge.Notifications;

/// <summary>Something that a person should hear of.</summary>
/// <param name="Id">A number that grows with every notice of the instance.</param>
/// <param name="At">When it was noticed.</param>
/// <param name="Kind">One of <c>grant_ended</c>, <c>grant_ending</c>, <c>grant_restored</c>, <c>journal_waiting</c>,
/// <c>journal_flushed</c>, <c>store_not_writable</c>, <c>store_writable</c>, <c>duplicate_rows</c>, <c>token_superseded</c>,
/// <c>secret_rebound</c>, <c>impostor</c> and <c>test</c>.</param>
/// <param name="Entry">The entry, such as <c>GOOGLE-Mail</c>; empty if it concerns the instance as a whole.</param>
/// <param name="Entity">The company; 0 if it concerns the instance as a whole.</param>
/// <param name="Severity"><c>error</c>, <c>warning</c> or <c>info</c>.</param>
/// <param name="Message">What happened.</param>
/// <param name="Advice">What to do; empty if nothing.</param>
public sealed record Notice(
    long Id,
    DateTimeOffset At,
    string Kind,
    string Entry,
    int Entity,
    string Severity,
    string Message,
    string Advice
);

/// <summary>The notices after a certain one, oldest first.</summary>
/// <param name="Events">The notices.</param>
/// <param name="Last">What to pass as <c>after</c> next time.</param>
public sealed record NoticeList(IReadOnlyList<Notice> Events, long Last);

/// <summary>The kinds of notices.</summary>
internal static class NoticeKind
{
    /// <summary>A grant no longer works: a person must act.</summary>
    public const string GrantEnded = "grant_ended";

    /// <summary>A grant ends in some days unless a person acts.</summary>
    public const string GrantEnding = "grant_ending";

    /// <summary>A grant that had ended, or was about to, works again.</summary>
    public const string GrantRestored = "grant_restored";

    /// <summary>Refreshed tokens are in the journal and cannot be written to the database.</summary>
    public const string JournalWaiting = "journal_waiting";

    /// <summary>They were written.</summary>
    public const string JournalFlushed = "journal_flushed";

    /// <summary>The database or the state directory cannot be written, so nothing is refreshed.</summary>
    public const string StoreNotWritable = "store_not_writable";

    /// <summary>It can be written again.</summary>
    public const string StoreWritable = "store_writable";

    /// <summary>Several rows belong to one entry, so nothing is written to any.</summary>
    public const string DuplicateRows = "duplicate_rows";

    /// <summary>A refresh token was presented long after it was replaced: somebody may have copied it.</summary>
    public const string TokenSuperseded = "token_superseded";

    /// <summary>A secret was not sent, because it was first used at another address.</summary>
    public const string SecretRebound = "secret_rebound";

    /// <summary>Something else answers at the bridge's address.</summary>
    public const string Impostor = "impostor";

    /// <summary>Sent by <c>notify test</c>.</summary>
    public const string Test = "test";

    /// <summary>Which notice says that a condition is over; null if it ends without one.</summary>
    public static string? OverOf(string kind) =>
        kind switch
        {
            GrantEnded or GrantEnding => GrantRestored,
            JournalWaiting => JournalFlushed,
            StoreNotWritable => StoreWritable,
            _ => null,
        };
}

/// <summary>How serious a notice is.</summary>
internal static class NoticeSeverity
{
    public const string Error = "error";
    public const string Warning = "warning";
    public const string Info = "info";
}

/// <summary>What the log says of a notice, whoever tells it.</summary>
internal static partial class NoticeLog
{
    [LoggerMessage(1, LogLevel.Warning, "Notice {Kind} of {Entry} (entity {Entity}): {Message}")]
    public static partial void Told(ILogger logger, string kind, string entry, int entity, string message);
}
