// SPDX-License-Identifier: GPL-3.0-or-later

using System.Text;
using DolibarrOAuthBridge.Dolibarr.Configuration;

namespace DolibarrOAuthBridge.Dolibarr.Tests.Configuration;

/// <summary>What of PHP's syntax is understood, seen through the database's name.</summary>
public sealed class ConfSyntaxTests
{
    private const string Start = "<?php $dolibarr_main_db_host='h';$dolibarr_main_db_user='u';";

    [Theory]
    [InlineData("$dolibarr_main_db_name='name';")]
    [InlineData("$dolibarr_main_db_name=\"name\";")]
    [InlineData("$dolibarr_main_db_name\t=\r\n 'name' ;")]
    [InlineData("$dolibarr_main_db_name/* a */=/* b */'name'/* c */;")]
    [InlineData("$dolibarr_main_db_name= // is\n'name' # it\n;")]
    [InlineData("$dolibarr_main_db_name='na' . \"me\";")]
    [InlineData("$dolibarr_main_db_name=\"\\x6e\\141\\u{6d}e\";")]
    [InlineData("$dolibarr_main_db_name='first';\n$dolibarr_main_db_name='name';")]
    [InlineData("$dolibarr_main_db_name=getenv('X');\n$dolibarr_main_db_name='name';")]
    [InlineData("if (true) { $dolibarr_main_db_name='first'; }\n$dolibarr_main_db_name='name';")]
    [InlineData("$dolibarr_main_db_name='name'; return; $dolibarr_main_db_name='other';")]
    [InlineData("$dolibarr_main_db_name='name'; exit(1); $dolibarr_main_db_name=x();")]
    [InlineData("$dolibarr_main_db_name='name'; __halt_compiler(); $dolibarr_main_db_name='other")]
    [InlineData("$dolibarr_main_db_name='name' ?>")]
    [InlineData("$dolibarr_main_db_name='name' ?>\n\n")]
    [InlineData("?> $dolibarr_main_db_name='other'; <b> <?php $dolibarr_main_db_name='name';")]
    [InlineData("// ?> $dolibarr_main_db_name='other';\n<?PHP\n$dolibarr_main_db_name='name';")]
    [InlineData("$dolibarr_main_db_name='name'; // $dolibarr_main_db_name='other';")]
    [InlineData("$dolibarr_main_db_name='name'; # $dolibarr_main_db_name='other';")]
    [InlineData("$dolibarr_main_db_name='name'; /* $dolibarr_main_db_name='other'; */")]
    [InlineData("$dolibarr_main_db_name='name'; /* 'unclosed \" */ // it's fine")]
    [InlineData("$x='$dolibarr_main_db_name=\"other\";'; $dolibarr_main_db_name='name'; $y=\"; \\$dolibarr_main_db_name='other'; \\\"\";")]
    [InlineData("$dolibarr_main_db_name='name'; $x=<<<EOT\n\";$dolibarr_main_db_name='other';\n EOTX\nEOT;\n")]
    [InlineData("$dolibarr_main_db_name='name'; $x=<<<'EOT'\n'; $dolibarr_main_db_name='other';\n  EOT . 'x';\n")]
    [InlineData("$x=<<<\"A\"\nA; $dolibarr_main_db_name='name';")]
    [InlineData("$x=\"{$a[\"b\"]}\"; $dolibarr_main_db_name='name'; $y=\"{$f('}', \"{$g}\")} ; $dolibarr_main_db_name=1\";")]
    [InlineData("$x=`ls; $y 'z`; $dolibarr_main_db_name='name';")]
    [InlineData("$x = 1 << 2; $y = $x <<3; $dolibarr_main_db_name='name';")]
    [InlineData("$x = array('a' => 'b;', \"c\" => array(1, 2)); $dolibarr_main_db_name='name';")]
    [InlineData(
        "define('X', $dolibarr_main_db_name); $dolibarr_main_db_name='name'; $y = $dolibarr_main_db_name.'x'; "
            + "$z[$dolibarr_main_db_name] = 1;"
    )]
    [InlineData(
        "$dolibarr_main_db_name='name'; if ($dolibarr_main_db_name == 'x' || $dolibarr_main_db_name === 'y' || "
            + "$dolibarr_main_db_name != 'z' || $dolibarr_main_db_name <= 'z') { echo 1; }"
    )]
    [InlineData("$f = function() { return 1; }; $dolibarr_main_db_name='name';")]
    [InlineData("if (true): $x='1'; endif; $dolibarr_main_db_name='name';")]
    [InlineData("if ($a) return $b ? (1) : 2; $dolibarr_main_db_name='name';")]
    [InlineData("$if = 1; $list = array($dolibarr_main_db_name); $dolibarr_main_db_name='name';")]
    [InlineData("++$x; $y--; $dolibarr_main_db_name='name';")]
    [InlineData("declare(strict_types=0); $dolibarr_main_db_name='name';")]
    [InlineData("#[Attribute]\n$dolibarr_main_db_name='name';")]
    [InlineData("$DOLIBARR_MAIN_DB_NAME='other'; $dolibarr_main_db_name='name'; $dolibarr_main_db_names='other';")]
    public void Plain_values_are_found(string php) => Assert.Equal("name", Parse(Start + php).DbName);

    [Theory]
    [InlineData(@"'a\nb\'c\\d\e'", "a\\nb'c\\d\\e")]
    [InlineData(@"""a\nb\t\r\v\e\f\\\$\""""", "a\nb\t\r\v\u001b\f\\$\"")]
    [InlineData(@"""\'\q\{ \u \x \xg \8""", "\\'\\q\\{ \\u \\x \\xg \\8")]
    [InlineData(@"""\101\60\0611\x4a\x4A\x4G\u{e9}\u{1F600}\u{000041}""", "A011JJ\u0004Gé😀A")]
    [InlineData("\"a$ $1 {a} $\"", "a$ $1 {a} $")]
    [InlineData("'$x {$y}'", "$x {$y}")]
    [InlineData("'a\r\nb'", "a\r\nb")]
    [InlineData("true", "1")]
    [InlineData("'a'.TRUE.false.Null.'b'", "a1b")]
    [InlineData("42", "42")]
    public void Literals_have_the_value_that_PHP_gives_them(string literal, string value) =>
        Assert.Equal(value, Parse($"{Start}$dolibarr_main_db_name={literal};").DbName);

    [Theory]
    [InlineData("$dolibarr_main_db_name=\n getenv('DB');", 3)]
    [InlineData("$dolibarr_main_db_name='a'.$x;", 3)]
    [InlineData("$dolibarr_main_db_name=$x.'a';", 3)]
    [InlineData("$dolibarr_main_db_name=\"a$x\";", 3)]
    [InlineData("$dolibarr_main_db_name=\"a{$x}\";", 3)]
    [InlineData("$dolibarr_main_db_name=\"a${x}\";", 3)]
    [InlineData("$dolibarr_main_db_name=<<<X\na\nX;", 3)]
    [InlineData("$dolibarr_main_db_name=`hostname`;", 3)]
    [InlineData("$dolibarr_main_db_name=('a');", 3)]
    [InlineData("$dolibarr_main_db_name=CONSTANT;", 3)]
    [InlineData("$dolibarr_main_db_name=1.5;", 3)]
    [InlineData("$dolibarr_main_db_name='a' 'b';", 3)]
    [InlineData("$dolibarr_main_db_name='a'", 3)]
    [InlineData("$dolibarr_main_db_name=trim('a');", 3)]
    [InlineData("$dolibarr_main_db_name=$a ? 'a' : 'b';", 3)]
    [InlineData("$dolibarr_main_db_name='a'; $dolibarr_main_db_name.='b';", 3)]
    [InlineData("$dolibarr_main_db_name??='a';", 3)]
    [InlineData("$x=$dolibarr_main_db_name='a';", 3)]
    [InlineData("$dolibarr_main_db_name=$x='a';", 3)]
    [InlineData("$dolibarr_main_db_name='a'; $dolibarr_main_db_name[0]='b';", 3)]
    [InlineData("$dolibarr_main_db_name='a'; $dolibarr_main_db_name++;", 3)]
    [InlineData("$dolibarr_main_db_name='a'; $x =& $dolibarr_main_db_name;", 3)]
    [InlineData("$dolibarr_main_db_name='a'; unset($dolibarr_main_db_name);", 3)]
    [InlineData("$dolibarr_main_db_name='a'; list($x, $dolibarr_main_db_name) = y();", 3)]
    [InlineData("$dolibarr_main_db_name='a'; [$dolibarr_main_db_name] = y();", 3)]
    [InlineData("$dolibarr_main_db_name='a'; foreach (x() as $dolibarr_main_db_name) { }", 3)]
    [InlineData("$dolibarr_main_db_name='a';\nif ($x) $dolibarr_main_db_name='b';", 4)]
    [InlineData("$dolibarr_main_db_name='a';\nif ($x) {\n$dolibarr_main_db_name='b'; }", 5)]
    [InlineData("$dolibarr_main_db_name='a';\nif ($x) { foo(); } else $dolibarr_main_db_name='b';", 4)]
    [InlineData("$dolibarr_main_db_name='a';\nif ($x): foo();\n$dolibarr_main_db_name='b'; endif;", 5)]
    [InlineData("switch ($h) { case 'a':\n$dolibarr_main_db_name='b'; break; }", 4)]
    [InlineData("$x && $dolibarr_main_db_name='a';", 3)]
    public void A_value_that_is_computed_is_an_error_at_its_line(string php, int line)
    {
        var error = Assert.Throws<DolibarrConfException>(() => Parse($"{Start}\n\n{php}"));

        Assert.Equal(("$dolibarr_main_db_name", line), (error.Variable, error.Line));
        Assert.Contains("between quotes", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("$dolibarr_main_document_root=realpath(__DIR__.'/..');")]
    [InlineData("$dolibarr_main_authentication=getenv('AUTH');")]
    [InlineData("$dolibarr_main_db_character_set=X;")]
    [InlineData("$dolibarr_main_data_root=__DIR__.'/../../documents';")]
    public void A_computed_value_that_is_not_needed_does_no_harm(string php)
    {
        var conf = Parse($"{Start}$dolibarr_main_db_name='name';{php}");

        Assert.True(conf is { DbName: "name", MainDocumentRoot: null, Authentication: null, DbCharacterSet: null });
    }

    [Theory]
    [InlineData("$x='abc", "text")]
    [InlineData("$x='abc\\'", "text")]
    [InlineData("$x=\"abc", "text")]
    [InlineData("$x=\"{$a", "text")]
    [InlineData("$x=\"abc\\", "text")]
    [InlineData("$x=`abc", "text")]
    [InlineData("$x=<<<A\nabc\n", "text")]
    [InlineData("/* abc", "comment")]
    public void What_is_not_closed_is_an_error_at_its_line(string php, string what)
    {
        var error = Assert.Throws<DolibarrConfException>(() => Parse($"{Start}\n{php}"));

        Assert.Equal(2, error.Line);
        Assert.Contains(what, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{\"json\":1}")]
    [InlineData("<?= 1 ?>")]
    [InlineData("<?phpx")]
    [InlineData("<? $x=1;")]
    [InlineData("#!/usr/bin/php\n<?php $x=1;")]
    public void What_does_not_start_as_PHP_is_an_error(string php) =>
        Assert.Contains("<?php", Assert.Throws<DolibarrConfException>(() => Parse(php)).Message, StringComparison.Ordinal);

    [Fact]
    public void A_byte_order_mark_and_lines_of_Windows_are_fine() =>
        Assert.Equal(
            "name",
            Parse(
                "\uFEFF\r\n<?php\r\n$dolibarr_main_db_host='h';\r\n$dolibarr_main_db_user='u';\r\n// "
                    + "comment\r\n$dolibarr_main_db_name='name';\r\n"
            ).DbName
        );

    [Fact]
    public void Random_damage_never_does_worse_than_an_error()
    {
        const string Alphabet = "'\"\\${}()[];=.<>?/*#\n\0ax0&:`é";
        var original =
            $"{Start}\n$dolibarr_main_db_name=\"na\\x6de\"; /* c */ $x=<<<A\n{{$y}}\nA;\n if ($a) {{ b(); }} // "
            + "d\n$dolibarr_main_db_pass='p';";
        var random = new Random(7);
        for (var i = 0; i < 20_000; i++)
        {
            var php = new StringBuilder(original);
            for (var change = random.Next(4); change >= 0; change--)
            {
                var at = random.Next(php.Length);
                _ = random.Next(2) == 0 ? php.Remove(at, 1) : php.Insert(at, Alphabet[random.Next(Alphabet.Length)]);
            }

            try
            {
                Parse(php.ToString());
            }
            catch (DolibarrConfException error)
            {
                Assert.InRange(error.Line ?? 1, 1, php.ToString().Split('\n').Length);
            }
        }
    }

    [Theory]
    [InlineData("(")]
    [InlineData("{")]
    [InlineData("\"{$a")]
    [InlineData("'")]
    [InlineData("<<<A\n")]
    [InlineData("$a=")]
    [InlineData("?><")]
    [InlineData("/")]
    public async Task The_work_on_a_hostile_file_grows_with_its_size_only(string part)
    {
        var php = "<?php " + string.Concat(Enumerable.Repeat(part, 1_000_000 / part.Length));
        var limit = TimeSpan.FromMinutes(2); // milliseconds, or hours if it grew with the square

        var reading = Task.Run(() => Parse(php)).WaitAsync(limit, TestContext.Current.CancellationToken);

        await Assert.ThrowsAsync<DolibarrConfException>(() => reading);
    }

    private static DolibarrConf Parse(string php) => DolibarrConfReader.Parse(Encoding.UTF8.GetBytes(php), "conf.php");
}
