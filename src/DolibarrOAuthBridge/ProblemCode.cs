// SPDX-License-Identifier: GPL-3.0-or-later

namespace DolibarrOAuthBridge;

/// <summary>The stable codes of everything that can go wrong, as the HTTP API and the command line say them.</summary>
internal static class ProblemCode
{
    /// <summary>401: the API key is missing or wrong.</summary>
    public const string Unauthorized = "unauthorized";

    /// <summary>403: the request does not come from this machine, or from a browser page.</summary>
    public const string Forbidden = "forbidden";

    /// <summary>400: the request itself is wrong.</summary>
    public const string InvalidRequest = "invalid_request";

    /// <summary>404: Dolibarr has no such OAuth entry.</summary>
    public const string EntryNotFound = "entry_not_found";

    /// <summary>404: the entry has no token yet.</summary>
    public const string TokenNotFound = "token_not_found";

    /// <summary>409: the entry lacks a setting.</summary>
    public const string EntryIncomplete = "entry_incomplete";

    /// <summary>409: a person must consent (again).</summary>
    public const string ConsentRequired = "consent_required";

    /// <summary>409: a person keeps the grant from being renewed.</summary>
    public const string EntryPaused = "entry_paused";

    /// <summary>409: a secret would go to another address than where it was first used; an administrator must consent.</summary>
    public const string SecretRebound = "secret_rebound";

    /// <summary>409: the stored token cannot be read.</summary>
    public const string TokenUnreadable = "token_unreadable";

    /// <summary>409: several rows claim the same entry.</summary>
    public const string TokenDuplicate = "token_duplicate";

    /// <summary>
    /// 400: the answer of a consent or sign-in belongs to none that is under way here, or not to this browser; start again.
    /// </summary>
    public const string StateInvalid = "state_invalid";

    /// <summary>409: another account than before gave consent, and nobody said that this was meant.</summary>
    public const string AccountChanged = "account_changed";

    /// <summary>403: a sign-in is refused; the problem's <c>reason</c> says which check failed.</summary>
    public const string IdentityRejected = "identity_rejected";

    /// <summary>429: too many sign-ins were begun from one browser or address; wait.</summary>
    public const string TooManyRequests = "too_many_requests";

    /// <summary>502: the provider refuses; an administrator must act.</summary>
    public const string ProviderRejected = "provider_rejected";

    /// <summary>503: the provider does not answer properly; try later.</summary>
    public const string ProviderUnavailable = "provider_unavailable";

    /// <summary>503: the database does not answer.</summary>
    public const string StoreUnavailable = "store_unavailable";

    /// <summary>503: the database or the journal cannot be written, so no refresh token is spent.</summary>
    public const string StoreNotWritable = "store_not_writable";

    /// <summary>404: no such address.</summary>
    public const string NotFound = "not_found";

    /// <summary>500: a fault of the bridge itself.</summary>
    public const string InternalError = "internal_error";
}
