// SPDX-License-Identifier: GPL-3.0-or-later

using System.Text;
using System.Text.Json;
using DolibarrOAuthBridge.Dolibarr.Encryption;
using DolibarrOAuthBridge.Dolibarr.Tests.Support;
using DolibarrOAuthBridge.Dolibarr.Tokens;

namespace DolibarrOAuthBridge.Dolibarr.Tests.Tokens;

/// <summary>Generated tokens, written by the bridge and read by the real PHP, and the other way round.</summary>
public sealed class TokenDifferentialTests
{
    private const int Count = 3000;

    [Fact]
    public void PHP_and_the_bridge_write_the_same_bytes_and_read_each_other()
    {
        var samples = new Samples(1);
        var cases = Enumerable.Range(0, Count).Select(_ => Generate(samples)).ToList();

        var answers = PhpProcess.Run("tokens.php", cases.Select(c => c.Line));

        Assert.Equal(Count, answers.Length);
        foreach (var (ours, line) in cases.Zip(answers))
        {
            var theirs = JsonSerializer.Deserialize<JsonElement>(line);
            Assert.True(theirs.GetProperty("isToken").GetBoolean(), ours.Line);
            Assert.True(theirs.GetProperty("same").GetBoolean(), ours.Line);
            Assert.Equal(
                Encoding.UTF8.GetString(theirs.GetProperty("serialized").GetBytesFromBase64()),
                Encoding.UTF8.GetString(StoredTokenFormat.Serialize(ours.Token))
            );
            Assert.Equal(ours.Token, ours.Codec.Decode(theirs.GetProperty("column").GetString()));
        }
    }

    private static Case Generate(Samples samples)
    {
        var key = samples.Pick(Samples.Keys);
        var cipher = samples.Next(8) == 0 ? "" : samples.Pick(Samples.Ciphers);
        var extra = samples.Json();
        var token = Samples.Token(
            samples.Text(samples.Pick(0, 1, 20, 200, samples.Next(3000))),
            samples.Pick(null, "", samples.Text(60)),
            samples.Pick(-9001, -9002, 0, -1, 2147483648, long.MaxValue, long.MinValue, 1_700_000_000 + samples.Next(100_000_000)),
            extra
        );
        var codec = new TokenCodec(new InstanceKeys(null, key, null));
        var column = codec.Encode(token, cipher.Length == 0 ? StoredForm.Plain : StoredForm.Encrypted(cipher));
        var line = JsonSerializer.Serialize(
            new
            {
                access = token.AccessToken,
                refresh = token.RefreshToken,
                end = token.EndOfLife.Value,
                extra,
                key = Convert.ToBase64String(Encoding.UTF8.GetBytes(key)),
                cipher,
                iv = samples.Iv(),
                column,
            }
        );
        return new(token, codec, line);
    }

    private sealed record Case(StoredToken Token, TokenCodec Codec, string Line);
}
