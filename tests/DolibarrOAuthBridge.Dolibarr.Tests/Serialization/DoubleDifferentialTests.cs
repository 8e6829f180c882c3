// SPDX-License-Identifier: GPL-3.0-or-later

using System.Globalization;
using System.Text;
using DolibarrOAuthBridge.Dolibarr.Php;
using DolibarrOAuthBridge.Dolibarr.Tests.Support;

namespace DolibarrOAuthBridge.Dolibarr.Tests.Serialization;

public sealed class DoubleDifferentialTests
{
    private static readonly double[] Special =
    [
        0,
        -0.0,
        0.1,
        1,
        -1,
        0.0001,
        0.00012345,
        0.00001,
        1e14,
        1e15,
        1e16,
        1e17,
        123456789012345678,
        1e25,
        1e-7,
        1e22,
        1e23,
        5e-324,
        double.MaxValue,
        double.MinValue,
        double.Epsilon,
        0.3,
        1.0 / 3,
        2e-308,
        9007199254740993,
        99999999999999990,
        999999999999999900,
        12345.678,
        100,
        1.5e300,
    ];

    [Fact]
    public void Numbers_are_written_as_PHP_writes_them_and_read_with_either_precision()
    {
        var samples = new Samples(5);
        var numbers = Special.Concat(Enumerable.Range(0, 20_000).Select(_ => samples.Double())).Where(double.IsFinite).ToList();

        var answers = PhpProcess.Run(
            "doubles.php",
            numbers.Select(n => BitConverter.DoubleToInt64Bits(n).ToString("x16", CultureInfo.InvariantCulture))
        );

        Assert.Equal(numbers.Count, answers.Length);
        foreach (var (number, line) in numbers.Zip(answers))
        {
            Assert.Equal(line.Split(' ')[0], Encoding.ASCII.GetString(PhpSerializer.WriteValue(new PhpDouble(number))));
            foreach (var serialized in line.Split(' '))
            {
                var read = Assert.IsType<PhpDouble>(PhpSerializer.ReadValue(Encoding.ASCII.GetBytes(serialized)));
                Assert.Equal(BitConverter.DoubleToInt64Bits(number), BitConverter.DoubleToInt64Bits(read.Value));
            }
        }
    }
}
