// SPDX-License-Identifier: GPL-3.0-or-later

using System.Globalization;
using System.Text;
using System.Text.Json;
using DolibarrOAuthBridge.Dolibarr.Configuration;
using DolibarrOAuthBridge.Dolibarr.Tests.Support;

namespace DolibarrOAuthBridge.Dolibarr.Tests.Configuration;

/// <summary>Generated conf.php files, run by the real PHP and read by the bridge.</summary>
public sealed class ConfDifferentialTests
{
    private const int Count = 1500;

    private static readonly string[] Names =
    [
        "dolibarr_main_db_host",
        "dolibarr_main_db_name",
        "dolibarr_main_db_user",
        "dolibarr_main_db_pass",
        "dolibarr_main_instance_unique_id",
        "dolibarr_main_dolcrypt_key",
        "dolibarr_main_cookie_cryptkey",
        "dolibarr_main_document_root",
        "dolibarr_main_authentication",
        "dolibarr_main_db_character_set",
    ];

    private static readonly string[] Keys =
    [
        "dolibarr_main_dolcrypt_key",
        "dolibarr_main_instance_unique_id",
        "dolibarr_main_cookie_cryptkey",
    ];

    private readonly Samples _samples = new(8);

    [Fact]
    public void What_PHP_makes_of_a_file_is_what_the_bridge_reads()
    {
        var directory = Directory.CreateTempSubdirectory();
        try
        {
            var paths = Enumerable.Range(0, Count).Select(i => Path.Combine(directory.FullName, $"conf{i}.php")).ToList();
            foreach (var path in paths)
            {
                File.WriteAllText(path, Generate());
            }

            var answers = PhpProcess.Run("configurations.php", paths);

            Assert.Equal(Count, answers.Length);
            foreach (var (path, answer) in paths.Zip(answers))
            {
                var php = JsonSerializer.Deserialize<Dictionary<string, string>>(answer)!;
                Assert.False(php.ContainsKey("error"), $"{answer} {File.ReadAllText(path)}");
                Compare(php, path);
            }
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    private static void Compare(Dictionary<string, string> php, string path)
    {
        string? Of(string name) => php.TryGetValue(name, out var value) ? Encoding.UTF8.GetString(Convert.FromBase64String(value)) : null;
        string? OfOptional(string name) => Of(name) is { Length: > 0 } value ? value : null;
        try
        {
            var conf = DolibarrConfReader.Read(path);
            Assert.Equal(Of("dolibarr_main_db_host"), conf.DbHost);
            Assert.Equal(Of("dolibarr_main_db_name"), conf.DbName);
            Assert.Equal(Of("dolibarr_main_db_user"), conf.DbUser);
            Assert.Equal(Of("dolibarr_main_db_pass") ?? "", conf.DbPassword);
            Assert.Equal(int.Parse(OfOptional("dolibarr_main_db_port") ?? "0", CultureInfo.InvariantCulture), conf.DbPort);
            Assert.Equal(OfOptional("dolibarr_main_document_root"), conf.MainDocumentRoot);
            Assert.Equal(OfOptional("dolibarr_main_authentication"), conf.Authentication);
            Assert.Equal(OfOptional("dolibarr_main_db_character_set"), conf.DbCharacterSet);
            var keys = Keys.Select(Of).Where(key => key is not (null or "" or "0")).Distinct();
            Assert.Equal(keys, conf.Keys.Candidates.Select(key => Encoding.UTF8.GetString(key.Span)));
        }
        catch (Exception exception)
        {
            Assert.Fail($"{exception.Message}\n{File.ReadAllText(path)}");
        }
    }

    private string Generate()
    {
        var newline = _samples.Pick("\n", "\n", "\r\n");
        var php = new StringBuilder(_samples.Pick("", "", "\uFEFF", "\n ")).Append("<?php").Append(newline);
        // Those that must not be missing come first, any may be repeated.
        foreach (var name in Names[..3].Concat(Enumerable.Range(0, _samples.Next(14)).Select(_ => _samples.Pick(Names))))
        {
            php.Append(Noise(newline))
                .Append('$')
                .Append(name)
                .Append(Blank())
                .Append('=')
                .Append(Blank())
                .Append(Expression())
                .Append(Blank())
                .Append(';')
                .Append(newline);
        }

        php.Append("$dolibarr_main_db_port=")
            .Append(_samples.Pick("''", "'3306'", "3307", "0", "\"33\".'08'", "null"))
            .Append(';')
            .Append(newline)
            .Append(Noise(newline));
        return php.Append(
                _samples.Pick("", "?>", "?>" + newline, "// end", "# end ?> $x='", "return; $dolibarr_main_db_name='not reached';")
            )
            .ToString();
    }

    private string Expression() =>
        string.Join(
            Blank() + "." + Blank(),
            Enumerable
                .Range(0, _samples.Next(4) == 0 ? 3 : 1)
                .Select(i => i > 0 && _samples.Next(4) == 0 ? _samples.Pick("true", "FALSE", "null") : Quoted(Value()))
        );

    // Not empty, as three of the variables must not be, and without the markers of an encoded password.
    private string Value() =>
        string.Concat(
            Enumerable
                .Range(0, 1 + _samples.Next(12))
                .Select(_ =>
                    _samples.Pick(
                        "a",
                        "b",
                        "Z",
                        "0",
                        "7",
                        "'",
                        "\"",
                        "\\",
                        "\\\\",
                        "\\'",
                        "\\n",
                        "$",
                        "$a",
                        "{$",
                        "${",
                        "}",
                        "?>",
                        "<?php ",
                        "//",
                        "/*",
                        "*/",
                        "#",
                        ";",
                        "=",
                        "\n",
                        "\r\n",
                        "\t",
                        " ",
                        "é",
                        "漢",
                        "😀",
                        "<<<",
                        "\\x41",
                        "\\u{41}",
                        "`"
                    )
                )
        );

    private string Quoted(string value) =>
        _samples.Next(2) == 0
            ? "'" + value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("'", "\\'", StringComparison.Ordinal) + "'"
            : "\"" + string.Concat(value.Select(Escaped)) + "\"";

    private string Escaped(char c) =>
        c switch
        {
            '"' or '$' or '\\' => _samples.Pick(
                "\\" + c,
                $"\\x{(int)c:x2}",
                $"\\{Convert.ToString(c, 8).PadLeft(3, '0')}",
                $"\\u{{{(int)c:X}}}"
            ),
            '\n' => _samples.Pick("\n", "\\n", "\\012"),
            '\t' => _samples.Pick("\t", "\\t", "\\x09"),
            '}' or 'Z' => _samples.Pick(c.ToString(), $"\\x{(int)c:X2}"),
            _ => c.ToString(),
        };

    private string Blank() =>
        _samples.Pick(
            "",
            "",
            " ",
            "\t",
            "\n",
            " /* ; ' \" $x='1'; */ ",
            " // it's ; a \"comment\"\n",
            " # $dolibarr_main_db_name='no';\r\n"
        );

    private string Noise(string newline) =>
        _samples.Pick(
            "",
            "",
            "// $dolibarr_main_db_name='commented out';" + newline,
            "/* $dolibarr_main_db_name='commented out'; */",
            "$dolibarr_other = array('a' => \"b;\", 'c' => array(1, 2.5, -3)); ",
            "$dolibarr_main_data_root = realpath(__DIR__.'/..'); ",
            "$x = <<<EOT" + newline + "  ';\" $dolibarr_main_db_name='no'; EOTX" + newline + "EOT;" + newline,
            "$x = <<<'EOT'" + newline + "  '; $dolibarr_main_db_name='no';" + newline + "  EOT;" + newline,
            "$x = array('a' => 'b'); $y = \"{$x[\"a\"]} ; ${x}['a'] } $x[a] '\"; ",
            "if (!isset($z)) { $z = 'a;}'; } else { $z = \"b\"; } ",
            "if (isset($z)): $z = 1; endif; ",
            "$w = isset($v) ? 'a' : 'b'; ",
            "$u = 1 << 2; $u <<= 3; $u .= 'x'; ",
            "?> <b>it's $dolibarr_main_db_name='no'; </b> <?php ",
            "// closing ?> $dolibarr_main_db_name='no'; <?php ",
            "$t = function($a = '}') { return $a; }; ",
            "function_exists('x') && x(); "
        );
}
