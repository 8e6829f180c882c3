// SPDX-License-Identifier: GPL-3.0-or-later

using System.Text;
using DolibarrOAuthBridge.Dolibarr.Encryption;
using DolibarrOAuthBridge.Dolibarr.Tests.Support;

namespace DolibarrOAuthBridge.Dolibarr.Tests.Encryption;

/// <summary>Values of every length, encrypted by the bridge and decrypted by the real PHP's OpenSSL, and the other way round.</summary>
public sealed class DolCryptDifferentialTests
{
    private const int Longest = 60_000;

    // Where Microsoft's tokens lie, and where the counter carries: 2.4 to 3.3 kB for an IV of hexadecimal digits.
    private static readonly IEnumerable<int> Lengths = Enumerable.Range(1, 8192).Append(65_535 * 3 / 4).Append(Longest);

    private static readonly byte[] Text = Bytes();

    [Fact]
    public void What_PHP_encrypts_the_bridge_decrypts()
    {
        var samples = new Samples(2);
        var cases = Cases(samples).ToList();

        var answers = PhpProcess.Run(
            "encrypt.php",
            cases.Select(c => $"{Base64(c.Key)} {c.Cipher} {samples.Iv()} {c.Length}").Prepend(Convert.ToBase64String(Text))
        );

        Assert.Equal(cases.Count, answers.Length);
        foreach (var ((key, cipher, length), value) in cases.Zip(answers))
        {
            Assert.True(Text.AsSpan(0, length).SequenceEqual(DolCrypt.Decrypt(value, key)), $"{cipher} {length}");
            Assert.Equal(cipher, DolCrypt.CipherOf(value));
        }
    }

    [Fact]
    public void What_the_bridge_encrypts_PHP_decrypts()
    {
        var cases = Cases(new Samples(3)).ToList();

        var answers = PhpProcess.Run(
            "decrypt.php",
            cases
                .Select(c => $"{Base64(c.Key)} {c.Length} {DolCrypt.Encrypt(Text.AsSpan(0, c.Length), c.Key, c.Cipher)}")
                .Prepend(Convert.ToBase64String(Text))
        );

        Assert.Equal(cases.Count, answers.Length);
        Assert.All(answers, answer => Assert.Equal("same", answer));
    }

    private static IEnumerable<(byte[] Key, string Cipher, int Length)> Cases(Samples samples)
    {
        foreach (var length in Lengths)
        {
            yield return (Key(samples), DolCrypt.DefaultCipher, length);
        }

        foreach (var cipher in Samples.Ciphers)
        {
            foreach (var length in Enumerable.Range(1, 100).Concat([2463, 2464, 3327, 3328, 8192, Longest]))
            {
                yield return (Key(samples), cipher, length);
            }
        }
    }

    private static byte[] Key(Samples samples) => Encoding.UTF8.GetBytes(samples.Pick(Samples.Keys));

    private static string Base64(byte[] bytes) => Convert.ToBase64String(bytes);

    private static byte[] Bytes()
    {
        var bytes = new byte[Longest];
        new Random(4).NextBytes(bytes);
        return bytes;
    }
}
