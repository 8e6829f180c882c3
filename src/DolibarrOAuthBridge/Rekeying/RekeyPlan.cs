// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Dolibarr.Encryption;

namespace DolibarrOAuthBridge.Rekeying;

/// <summary>What is to be done with each encrypted value.</summary>
/// <param name="Change">The values to write under the new key.</param>
/// <param name="AlreadyNew">How many have it already.</param>
/// <param name="LeftAlone">The values that stay as they are, since neither key reads them.</param>
internal sealed record RekeyPlan(IReadOnlyList<EncryptedValue> Change, int AlreadyNew, IReadOnlyList<EncryptedValue> LeftAlone)
{
    /// <summary>
    /// Whether the present conf.php is not that of this database: fewer values read than not. A few that nobody reads are what somebody
    /// copied or cut, and stay as they are.
    /// </summary>
    public bool IsOfWrongKey => LeftAlone.Count > Change.Count + AlreadyNew;

    /// <summary>
    /// Judges every value. A very short one can read under both keys by chance; it then goes with the others, and is left
    /// alone where some of those have the old key and some the new.
    /// </summary>
    public static RekeyPlan Of(IReadOnlyList<EncryptedValue> values, KeyChange keys)
    {
        var judged = values.ToLookup(value => keys.Judge(value.Stored));
        List<EncryptedValue> Those(KeyChangeVerdict verdict) => [.. judged[verdict]];
        var (old, done, either, unread) = (
            Those(KeyChangeVerdict.OldKey),
            Those(KeyChangeVerdict.NewKey).Count,
            Those(KeyChangeVerdict.EitherKey),
            Those(KeyChangeVerdict.Undecodable)
        );
        return (old.Count, done) switch
        {
            (_, 0) => new RekeyPlan([.. old, .. either], 0, unread),
            (0, _) => new RekeyPlan([], done + either.Count, unread),
            _ => new RekeyPlan(old, done, [.. unread, .. either]),
        };
    }
}
