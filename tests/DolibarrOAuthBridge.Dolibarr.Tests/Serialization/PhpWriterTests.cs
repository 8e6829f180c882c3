// SPDX-License-Identifier: GPL-3.0-or-later

using System.Text;
using DolibarrOAuthBridge.Dolibarr.Php;

namespace DolibarrOAuthBridge.Dolibarr.Tests.Serialization;

public sealed class PhpWriterTests
{
    [Fact]
    public void Values_are_written_as_PHP_writes_them()
    {
        var value = PhpArray
            .Empty.With("null", PhpNull.Instance)
            .With("5", new PhpBool(true))
            .With("-0", new PhpBool(false))
            .With("é", new PhpInt(long.MinValue))
            .With("", new PhpDouble(1e25))
            .With("list", PhpArray.Empty.With("0", new PhpString("ü")));

        var serialized = Encoding.UTF8.GetString(PhpSerializer.WriteValue(value));

        Assert.Equal(
            """a:6:{s:4:"null";N;i:5;b:1;s:2:"-0";b:0;s:2:"é";i:-9223372036854775808;s:0:"";d:1.0E+25;s:4:"list";a:1:{i:0;s:2:"ü";}}""",
            serialized
        );
        Assert.Equal(value, PhpSerializer.ReadValue(Encoding.UTF8.GetBytes(serialized)));
    }

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    [InlineData(double.NegativeInfinity)]
    public void Numbers_that_are_not_finite_are_refused(double number) => Refuses(new PhpDouble(number));

    [Fact]
    public void Text_with_a_lone_surrogate_is_refused() => Refuses(new PhpString("secret\ud800"));

    [Fact]
    public void What_could_not_be_read_back_is_refused()
    {
        Refuses(new PhpString(new string('a', PhpSerializer.MaxBytes)));
        Refuses(
            Enumerable
                .Range(0, PhpSerializer.MaxElements + 1)
                .Aggregate(PhpArray.Empty, (array, i) => array.With($"k{i}", PhpNull.Instance))
        );
        Refuses(Enumerable.Range(0, PhpSerializer.MaxDepth).Aggregate(PhpArray.Empty, (array, _) => PhpArray.Empty.With("a", array)));
    }

    private static void Refuses(PhpValue value)
    {
        var error = Assert.Throws<PhpFormatException>(() => PhpSerializer.WriteValue(value));
        Assert.DoesNotContain("secret", error.ToString(), StringComparison.Ordinal);
    }
}
