// SPDX-License-Identifier: GPL-3.0-or-later

namespace DolibarrOAuthBridge.Providers;

/// <summary>A provider's document cannot be had. The message says why, without anything that the provider sent.</summary>
/// <param name="message">What callers and logs are told.</param>
/// <param name="isUnanswered">
/// Whether the server did not answer, or only something before it did: it may have the document all the same.
/// </param>
internal sealed class ProviderDocumentException(string message, bool isUnanswered = false) : Exception(message)
{
    /// <summary>Whether nothing is known of the document, because the server could not be asked.</summary>
    public bool IsUnanswered => isUnanswered;
}
