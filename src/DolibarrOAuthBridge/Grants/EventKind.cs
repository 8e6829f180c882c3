// SPDX-License-Identifier: GPL-3.0-or-later

namespace DolibarrOAuthBridge.Grants;

/// <summary>What <c>oauthbridge_event.kind</c> says, at most 32 characters.</summary>
internal static class EventKind
{
    /// <summary>A refresh was stored.</summary>
    public const string Refreshed = "refreshed";

    /// <summary>A refresh that a crash had cut off was stored from the journal.</summary>
    public const string Replayed = "replayed";

    /// <summary>A refresh failed.</summary>
    public const string RefreshFailed = "refresh_failed";

    /// <summary>The provider no longer accepts the grant.</summary>
    public const string ConsentRequired = "consent_required";

    /// <summary>The newest refresh token was put back over an older one.</summary>
    public const string Healed = "healed";

    /// <summary>The provider's answer was not well-formed, and its tokens were picked out of it.</summary>
    public const string AnswerSalvaged = "answer_salvaged";

    /// <summary>The provider's answer was larger than the column, and members of it were left out.</summary>
    public const string AnswerCut = "answer_cut";

    /// <summary>A process that cannot be reached may have spent the refresh token.</summary>
    public const string InDoubt = "in_doubt";

    /// <summary>A person gave consent.</summary>
    public const string Consented = "consented";

    /// <summary>A consent ended without a grant.</summary>
    public const string ConsentDenied = "consent_denied";

    /// <summary>A mail server accepted the token of a consent for another mailbox than that of the account before.</summary>
    public const string AccountChanged = "account_changed";

    /// <summary>A person keeps the grant from being renewed.</summary>
    public const string Paused = "paused";

    /// <summary>A person lets the grant be renewed again.</summary>
    public const string Resumed = "resumed";

    /// <summary>The grant was taken to another server.</summary>
    public const string Exported = "exported";

    /// <summary>The grant came from another server.</summary>
    public const string Imported = "imported";

    /// <summary>The entry was renamed in Dolibarr.</summary>
    public const string Renamed = "renamed";

    /// <summary>A grant was revoked and its row deleted.</summary>
    public const string Revoked = "revoked";

    /// <summary>A refresh token was presented long after a newer one had replaced it.</summary>
    public const string TokenSuperseded = "token_superseded";

    /// <summary>A secret was not sent to an address where it was not first used.</summary>
    public const string SecretRebound = "secret_rebound";
}
