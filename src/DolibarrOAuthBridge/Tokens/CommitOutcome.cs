// SPDX-License-Identifier: GPL-3.0-or-later

namespace DolibarrOAuthBridge.Tokens;

/// <summary>What became of a refreshed grant in the database.</summary>
internal enum CommitOutcome
{
    /// <summary>It stands in its row, written now or before.</summary>
    Stored,

    /// <summary>The row holds a grant of other origin, such as a new consent; that one stays.</summary>
    OtherGrantKept,

    /// <summary>The row was deleted meanwhile; it stays so.</summary>
    RowGone,

    /// <summary>The answer holds no token that may be stored.</summary>
    NothingToStore,
}
