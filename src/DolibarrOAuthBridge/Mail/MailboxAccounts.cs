// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Dolibarr.Database;
using DolibarrOAuthBridge.Dolibarr.Entries;
using DolibarrOAuthBridge.Grants;
using DolibarrOAuthBridge.Providers;

namespace DolibarrOAuthBridge.Mail;

/// <summary>
/// Learns from a login that a mail server accepted which account a grant is of, where the provider did not say. So another account that
/// took an entry over is noticed even where scopes bring no identity.
/// </summary>
internal sealed partial class MailboxAccounts(GrantTable grants, EventTable events, ILogger<MailboxAccounts> logger)
{
    /// <summary>Notes that a server let an entry's token into a mailbox. It never fails.</summary>
    /// <param name="entry">The entry.</param>
    /// <param name="username">The mailbox.</param>
    /// <returns>True, so that it can be a step among others.</returns>
    public async Task<bool> NoteAsync(OAuthEntry entry, string username)
    {
        try
        {
            await NoteAsync(entry, GrantKey.Of(entry), username);
        }
        catch (StoreException exception)
        {
            Log.NotNoted(logger, entry.Name.Service, entry.Entity, exception.Message);
        }

        return true;
    }

    private async Task NoteAsync(OAuthEntry entry, GrantKey key, string username)
    {
        var record = await grants.GetAsync(key);
        var before = GrantAccount.Parse(record.AccountBefore);
        if (GrantAccount.Of(null, username) is not { } mailbox)
        {
            return;
        }

        if (before?.Name is not null && !mailbox.DiffersFrom(before))
        {
            await grants.RecordAccountAsync(key, before.Stored, null); // the same account, whatever other mailboxes it may open
        }
        else if (record.Account is null)
        {
            await grants.RecordAccountAsync(key, mailbox.Stored, before?.Stored);
            if (before is not null)
            {
                Log.Changed(logger, entry.Name.Service, entry.Entity, before.ToString(), mailbox.ToString());
                await events.AppendAsync(key, EventKind.AccountChanged, $"the token opens the mailbox {mailbox}; before: {before}");
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "{Service} (entity {Entity}) was granted by {Before}, and its token now opens {Mailbox}.")]
        public static partial void Changed(ILogger logger, string service, int entity, string before, string mailbox);

        [LoggerMessage(2, LogLevel.Warning, "Which mailbox the token of {Service} (entity {Entity}) opens could not be noted: {Reason}")]
        public static partial void NotNoted(ILogger logger, string service, int entity, string reason);
    }
}
