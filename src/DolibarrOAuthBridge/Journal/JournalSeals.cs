// SPDX-License-Identifier: GPL-3.0-or-later

using Microsoft.Win32.SafeHandles;

namespace DolibarrOAuthBridge.Journal;

/// <summary>The keys that open records: the journal's own, which seals new ones too, and the one that earlier releases used.</summary>
/// <param name="Own">The key in the state directory.</param>
/// <param name="Former">The key that earlier releases made of conf.php's.</param>
internal sealed record JournalSeals(byte[] Own, byte[] Former)
{
    /// <summary>A record, by whichever key opens it; null if none does.</summary>
    public JournalRecord? Read(SafeFileHandle file, long offset, int capacity) =>
        JournalSlot.Read(file, offset, capacity, Own) ?? JournalSlot.Read(file, offset, capacity, Former);

    /// <inheritdoc />
    public override string ToString() => "[keys of the journal]";
}
