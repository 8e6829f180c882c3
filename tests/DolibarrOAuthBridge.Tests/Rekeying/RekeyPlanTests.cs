// SPDX-License-Identifier: GPL-3.0-or-later

using System.Text;
using DolibarrOAuthBridge.Dolibarr.Encryption;
using DolibarrOAuthBridge.Rekeying;

namespace DolibarrOAuthBridge.Tests.Rekeying;

public sealed class RekeyPlanTests
{
    private static readonly EncryptedTable Table = new("llx_const", ["value"], HasTimestamp: true, IsTransactional: true);
    private static readonly KeyChange Keys = new(new InstanceKeys(null, "the old key", null), new InstanceKeys(null, "the new key", null));
    private static readonly string Old = Encrypt("a value that is long enough to tell", "the old key");
    private static readonly string New = Encrypt("a value that is long enough to tell", "the new key");
    private static readonly string Neither = Encrypt("a value that is long enough to tell", "some third key");
    private static readonly string Either = FindEither();

    [Fact]
    public void Values_under_the_old_key_change_and_others_do_not()
    {
        var plan = Plan(Old, New, Neither, "dolcrypt:damaged");

        Assert.Equal([1], Rows(plan.Change));
        Assert.Equal(1, plan.AlreadyNew);
        Assert.Equal([3, 4], Rows(plan.LeftAlone));
    }

    [Fact]
    public void A_short_value_that_reads_under_both_keys_goes_with_the_others()
    {
        Assert.Equal([1, 2], Rows(Plan(Old, Either).Change));
        Assert.Equal([1], Rows(Plan(Either).Change));

        var done = Plan(New, Either);
        Assert.Empty(done.Change);
        Assert.Equal(2, done.AlreadyNew);
    }

    [Fact]
    public void A_short_value_is_left_alone_where_the_others_disagree()
    {
        var plan = Plan(Old, New, Either);

        Assert.Equal([1], Rows(plan.Change));
        Assert.Equal([3], Rows(plan.LeftAlone));
    }

    [Fact]
    public void A_changed_value_keeps_cipher_iv_and_length_and_is_what_it_was()
    {
        var changed = Keys.Change(Old);

        Assert.Equal(Old.Split(':')[..3], changed.Split(':')[..3]);
        Assert.Equal(Old.Length, changed.Length);
        Assert.True(Keys.IsSame(Old, changed));
        Assert.False(Keys.IsSame(Old, New[..^4] + "AAA="));
        Assert.Equal(KeyChangeVerdict.NewKey, Keys.Judge(changed));
    }

    [Theory]
    [InlineData("24.0.0", "aaaa", "aaaa,bbbb")] // before or after the upgrade: what the whole key wrote goes under the first part
    [InlineData("23.0.0", "aaaa,bbbb", "aaaa")] // the way back
    public void The_same_key_is_changed_from_the_rule_of_one_release_to_that_of_another(string release, string newKey, string oldKey)
    {
        var (old, @new) = (new InstanceKeys(null, "aaaa,bbbb", null), new InstanceKeys(null, "aaaa,bbbb", null));
        old.FollowRelease(release == "24.0.0" ? "23.0.0" : "24.0.0");
        @new.FollowRelease(release);
        var keys = new KeyChange(old, @new);
        const string Text = "a value that is long enough to tell";

        var plan = Plan(keys, Encrypt(Text, oldKey), Encrypt(Text, newKey), Encrypt(Text, "a third"));

        Assert.False(keys.IsNone);
        Assert.Equal([1], Rows(plan.Change));
        Assert.Equal(1, plan.AlreadyNew);
        Assert.Equal([3], Rows(plan.LeftAlone));
        var changed = keys.Change(plan.Change[0].Stored);
        Assert.Equal(Text, Encoding.UTF8.GetString(DolCrypt.Decrypt(changed, Encoding.UTF8.GetBytes(newKey))));
    }

    private static RekeyPlan Plan(params string[] values) => Plan(Keys, values);

    private static RekeyPlan Plan(KeyChange keys, params string[] values) =>
        RekeyPlan.Of([.. values.Select((value, index) => new EncryptedValue(Table, "value", index + 1, value))], keys);

    private static long[] Rows(IReadOnlyList<EncryptedValue> values) => [.. values.Select(value => value.RowId).Order()];

    private static string Encrypt(string text, string key) => DolCrypt.Encrypt(Encoding.UTF8.GetBytes(text), Encoding.UTF8.GetBytes(key));

    // One byte under a wrong key is text in a third of all cases.
    private static string FindEither()
    {
        string value;
        do
        {
            value = Encrypt("x", "the old key");
        } while (Keys.Judge(value) != KeyChangeVerdict.EitherKey);

        return value;
    }
}
