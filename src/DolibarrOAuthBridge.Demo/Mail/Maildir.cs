// SPDX-License-Identifier: GPL-3.0-or-later

namespace DolibarrOAuthBridge.Demo.Mail;

/// <summary>The mailboxes of a mail server as directories: what is delivered here is what IMAP shows.</summary>
/// <param name="root">The directory of all mailboxes, each with the name of its address.</param>
/// <param name="addresses">The addresses.</param>
internal sealed class Maildir(string root, IReadOnlyList<string> addresses)
{
    private static readonly string[] Parts = ["tmp", "new", "cur"];

    /// <summary>Makes empty mailboxes.</summary>
    public void Create()
    {
        foreach (var path in addresses.SelectMany(address => Parts.Select(part => PathOf(address, part))))
        {
            Directory.CreateDirectory(path);
        }
    }

    /// <summary>Whether there is a mailbox of this address.</summary>
    public bool Has(string address) => addresses.Contains(address, StringComparer.OrdinalIgnoreCase);

    /// <summary>Delivers a message: written aside, then moved, so that a reader never sees half of one.</summary>
    public async Task DeliverAsync(string address, byte[] message, CancellationToken cancellationToken)
    {
        var mailbox = addresses.First(candidate => string.Equals(candidate, address, StringComparison.OrdinalIgnoreCase));
        var name = $"{TimeProvider.System.GetUtcNow().ToUnixTimeSeconds()}.{Guid.NewGuid():N}.localhost";
        var written = Path.Combine(PathOf(mailbox, "tmp"), name);
        await File.WriteAllBytesAsync(written, message, cancellationToken);
        File.SetUnixFileMode(written, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead);
        File.Move(written, Path.Combine(PathOf(mailbox, "new"), name));
    }

    private string PathOf(string address, string part) => Path.Combine(root, address, "Maildir", part);
}
