// SPDX-License-Identifier: GPL-3.0-or-later

namespace DolibarrOAuthBridge.Tokens;

/// <summary>What became of a grant at its provider.</summary>
internal enum RevocationOutcome
{
    /// <summary>The provider ended it.</summary>
    Revoked,

    /// <summary>The caller did not want the provider asked.</summary>
    NotAsked,

    /// <summary>The provider has no way to end a single grant; its user can, in their account settings.</summary>
    NotOffered,

    /// <summary>The provider could not be asked, and the row was deleted all the same.</summary>
    Failed,
}
