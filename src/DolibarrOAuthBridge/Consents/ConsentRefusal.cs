// SPDX-License-Identifier: GPL-3.0-or-later

namespace DolibarrOAuthBridge.Consents;

/// <summary>Why a consent was refused, as the <c>reason</c> of a <c>provider_rejected</c> problem.</summary>
internal static class ConsentRefusal
{
    /// <summary>The person pressed Cancel or Deny at the provider. Nothing is wrong with the settings.</summary>
    public const string Cancelled = "cancelled";
}
