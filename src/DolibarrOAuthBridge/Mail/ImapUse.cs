// SPDX-License-Identifier: GPL-3.0-or-later

using MailKit;
using MailKit.Net.Imap;

namespace DolibarrOAuthBridge.Mail;

/// <summary>What proves that a login opens a mailbox: its folders can be listed and one be opened. Nothing is changed.</summary>
internal static class ImapUse
{
    private const string Inbox = "INBOX";

    public static async Task<string> ListAsync(ImapClient client, CancellationToken cancellationToken)
    {
        // MailKit asks for the namespaces at the login and passes over a server that answers BAD.
        var root = client.PersonalNamespaces.FirstOrDefault()
            ?? throw new ImapCommandException(ImapCommandResponse.Bad, "The folders cannot be listed.");
        var folders = await client.GetFoldersAsync(root, cancellationToken: cancellationToken);
        return $"{folders.Count + 1} folders"; // INBOX is one, whether it was listed or not
    }

    public static async Task<string> OpenAsync(ImapClient client, string? name, CancellationToken cancellationToken)
    {
        name = string.IsNullOrEmpty(name) ? Inbox : name;
        var isInbox = string.Equals(name, Inbox, StringComparison.OrdinalIgnoreCase);
        var folder = isInbox ? client.Inbox : await client.GetFolderAsync(name, cancellationToken);
        await folder.OpenAsync(FolderAccess.ReadOnly, cancellationToken);
        return $"{(isInbox ? Inbox : ServerText.Clean(folder.FullName))} opened, {folder.Count} messages";
    }
}
