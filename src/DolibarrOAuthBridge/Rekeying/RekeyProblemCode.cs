// SPDX-License-Identifier: GPL-3.0-or-later

namespace DolibarrOAuthBridge.Rekeying;

/// <summary>Codes of failures that only <c>rekey</c> can have; the others are in <see cref="ProblemCode"/>.</summary>
internal static class RekeyProblemCode
{
    /// <summary>It did not begin: something stands in its way that a person must clear.</summary>
    public const string Refused = "rekey_refused";

    /// <summary>It did not begin: the key in the present conf.php does not read the values.</summary>
    public const string WrongKey = "rekey_wrong_key";

    /// <summary>It began and was taken back.</summary>
    public const string Failed = "rekey_failed";
}
