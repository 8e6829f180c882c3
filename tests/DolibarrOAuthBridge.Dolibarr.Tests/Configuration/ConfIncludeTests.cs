// SPDX-License-Identifier: GPL-3.0-or-later

using System.Text;
using DolibarrOAuthBridge.Dolibarr.Configuration;

namespace DolibarrOAuthBridge.Dolibarr.Tests.Configuration;

/// <summary>What a conf.php takes from elsewhere: other files, and the environment.</summary>
public sealed class ConfIncludeTests : IDisposable
{
    private const string Start = "<?php $dolibarr_main_db_host='h'; $dolibarr_main_db_user='u'; $dolibarr_main_db_name='first';\n";

    private readonly string _directory = Directory.CreateTempSubdirectory().FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Theory]
    [InlineData("include 'local.php';")]
    [InlineData("include_once('local.php');")]
    [InlineData("@include __DIR__ . '/local.php';")]
    [InlineData("require __DIR__.'/local.php';")]
    [InlineData("require_once (__DIR__ . \"/local.php\");")]
    [InlineData("require_once getenv('HERE').'/local.php';")]
    [InlineData("require '{0}/local.php';")]
    public void A_file_that_is_included_after_the_settings_counts(string statement)
    {
        Write("local.php", "<?php $dolibarr_main_db_name = 'other'; return; $dolibarr_main_db_name = 'not reached';");

        var conf = Read(Start + statement.Replace("{0}", _directory, StringComparison.Ordinal) + " $dolibarr_main_db_user = 'v';");

        Assert.Equal(("other", "v", "h"), (conf.DbName, conf.DbUser, conf.DbHost));
    }

    [Fact]
    public void A_file_that_is_included_once_is_read_once()
    {
        Write("local.php", "<?php $dolibarr_main_db_name = 'other';");

        Assert.Equal(
            "name",
            Read(Start + "include_once 'local.php'; $dolibarr_main_db_name='name'; require_once __DIR__.'/./local.php';").DbName
        );
        Assert.Equal("other", Read(Start + "include 'local.php'; $dolibarr_main_db_name='name'; include 'local.php';").DbName);
    }

    [Fact]
    public void An_exit_in_an_included_file_ends_all()
    {
        Write("local.php", "<?php exit;");

        Assert.Equal("first", Read(Start + "include 'local.php'; $dolibarr_main_db_name='name';").DbName);
    }

    [Theory]
    [InlineData("include $path;")]
    [InlineData("if (is_file('x')) { include 'x'; }")]
    [InlineData("$ok = include 'x';")]
    [InlineData("(include 'x') or die();")]
    [InlineData("include 'x'.name();")]
    [InlineData("eval('x');")]
    [InlineData("extract($values);")]
    [InlineData("$GLOBALS['dolibarr_main_db_name'] = 'x';")]
    [InlineData("foreach ($values as $name => $value) { $$name = $value; }")]
    public void Code_that_may_change_any_setting_is_never_ignored(string statement)
    {
        var error = Assert.Throws<DolibarrConfException>(() => Read(Start + statement));
        Assert.Equal(2, error.Line);

        // What is set after it is certain again.
        Assert.Equal(
            "name",
            Read(
                $"<?php {statement} foreach (array('dolcrypt_key') as $key) {{ }}\n"
                    + "$dolibarr_main_db_type=''; $dolibarr_main_db_host='h'; $dolibarr_main_db_user='u'; $dolibarr_main_db_name='name'; "
                    + "$dolibarr_main_db_pass=''; $dolibarr_main_db_encrypted_pass=''; $dolibarr_main_db_port=''; "
                    + "$dolibarr_main_db_prefix=''; $dolibarr_main_url_root=''; $dolibarr_main_dolcrypt_key=''; "
                    + "$dolibarr_main_instance_unique_id='k'; $dolibarr_main_cookie_cryptkey='';"
            ).DbName
        );
    }

    [Fact]
    public void A_missing_file_is_an_error_for_require_and_nothing_for_include()
    {
        Assert.Equal("first", Read(Start + "@include 'missing.php';").DbName);
        var error = Assert.Throws<DolibarrConfException>(() => Read(Start + "require 'missing.php';"));

        Assert.Equal(2, error.Line);
        Assert.Contains("missing.php", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Files_that_include_each_other_for_ever_are_an_error()
    {
        Write("local.php", "<?php include 'local.php';");

        Assert.Contains(
            "5 deep",
            Assert.Throws<DolibarrConfException>(() => Read(Start + "include 'local.php';")).Message,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void A_file_that_is_included_again_and_again_counts_every_time()
    {
        Write("local.php", "<?php");
        var twenty = string.Concat(Enumerable.Repeat("include 'local.php';", 20));

        Assert.Equal("first", Read(Start + twenty).DbName);
        Assert.Contains(
            "follows 20",
            Assert.Throws<DolibarrConfException>(() => Read(Start + twenty + "include 'local.php';")).Message,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void An_unset_variable_before_an_include_is_not_the_includes_matter()
    {
        Write("local.php", "<?php $dolibarr_main_db_name = 'other';");

        Assert.Equal("other", Read(Start + "$nobody_needs_this = getenv('NONE'); include 'local.php';").DbName);
    }

    [Fact]
    public void Alternatives_are_followed_a_few_deep_and_never_until_the_stack_ends()
    {
        Assert.Equal("end", Read($"{Start}$dolibarr_main_db_name = {Alternatives(16)}'end';").DbName);
        Assert.Contains(
            "not a plain value",
            Assert.Throws<DolibarrConfException>(() => Read($"{Start}$dolibarr_main_db_name = {Alternatives(60_000)}'end';")).Message,
            StringComparison.Ordinal
        );

        static string Alternatives(int number) => string.Concat(Enumerable.Repeat("$_ENV['']??", number));
    }

    [Fact]
    public void A_file_full_of_short_texts_comments_or_shifts_is_read_in_one_go()
    {
        Assert.Equal(200_000, Read(Start + $"$dolibarr_main_db_name = ''{Repeat(".'a'", 200_000)};").DbName.Length);
        Assert.Equal("first", Read(Start + Repeat("#\n", 500_000)).DbName);
        Assert.Equal("first", Read(Start + "$x = 1" + Repeat("<<<a", 250_000) + ";").DbName);

        static string Repeat(string text, int number) => string.Concat(Enumerable.Repeat(text, number));
    }

    [Fact]
    public void An_error_in_an_included_file_names_that_file_and_its_line()
    {
        Write("local.php", "<?php\n\n$dolibarr_main_db_name = name();");

        var error = Assert.Throws<DolibarrConfException>(() => Read(Start + "include 'local.php';"));

        Assert.Equal((Path.Combine(_directory, "local.php"), 3), (error.Path, error.Line));
    }

    [Theory]
    [InlineData("getenv('NAME')", "from outside")]
    [InlineData("getenv(\"NAME\") . '_x'", "from outside_x")]
    [InlineData("'x_' . $_ENV['NAME']", "x_from outside")]
    [InlineData("$_SERVER['NAME']", "from outside")]
    [InlineData("getenv('NAME') ?: 'default'", "from outside")]
    [InlineData("getenv('NONE') ?: 'default'", "default")]
    [InlineData("getenv('ZERO') ?: 'default'", "default")]
    [InlineData("$_ENV['NONE'] ?? 'a' . 'b'", "ab")]
    [InlineData("$_ENV['NONE'] ?? getenv('NAME')", "from outside")]
    [InlineData("$_ENV['NAME'] ?? getenv('NONE')", "from outside")]
    [InlineData("$_ENV['ZERO'] ?? 'default'", "0")]
    public void Environment_variables_are_those_of_this_process(string expression, string value) =>
        Assert.Equal(value, Read($"{Start}$dolibarr_main_db_name = {expression};").DbName);

    [Theory]
    [InlineData("getenv('NONE')")]
    [InlineData("'x'.getenv('NONE')")]
    [InlineData("$_ENV['NONE']")]
    [InlineData("getenv('NONE') ?: getenv('NEITHER')")]
    public void An_environment_variable_that_is_not_set_is_an_error_that_names_it(string expression)
    {
        var error = Assert.Throws<DolibarrConfException>(() => Read($"{Start}$dolibarr_main_db_name = {expression};"));

        Assert.Equal(2, error.Line);
        Assert.Contains("environment variable N", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("getenv($x)")]
    [InlineData("getenv('NAME', $x)")]
    [InlineData("getenv()")]
    [InlineData("$_ENV")]
    [InlineData("'x' . getenv('NAME') ?: 'default'")]
    [InlineData("getenv('NAME') ? 'a' : 'b'")]
    [InlineData("$_GET['NAME']")]
    public void Anything_else_is_computed(string expression) =>
        Assert.Contains(
            "not a plain value",
            Assert.Throws<DolibarrConfException>(() => Read($"{Start}$dolibarr_main_db_name = {expression};")).Message,
            StringComparison.Ordinal
        );

    [Theory]
    [InlineData("db", "db", 0)]
    [InlineData("p:db", "db", 0)]
    [InlineData("db:3307", "db", 3307)]
    [InlineData("p:db:3307", "db", 3307)]
    [InlineData("ssl://db:3307", "ssl://db", 3307)]
    [InlineData("ssl://db", "ssl://db", 0)]
    [InlineData("127.0.0.1:3307", "127.0.0.1", 3307)]
    [InlineData("[::1]:3307", "[::1]", 3307)]
    [InlineData("::1", "::1", 0)]
    [InlineData("/run/mysqld/mysqld.sock", "/run/mysqld/mysqld.sock", 0)]
    [InlineData("localhost:/run/mysqld/other.sock", "/run/mysqld/other.sock", 0)]
    public void A_host_is_understood_as_PHP_does(string written, string host, int port)
    {
        var conf = Read($"{Start}$dolibarr_main_db_host='{written}';");

        Assert.Equal((host, port), (conf.DbHost, conf.DbPort));
    }

    [Theory]
    [InlineData("$dolibarr_main_db_pass=secret();")]
    [InlineData("$dolibarr_main_db_pass='dolcrypt:AES-256-GCM:0123456789abcdef:AAAA';")]
    [InlineData("$dolibarr_main_db_user=user(); $dolibarr_main_db_pass=getenv('NONE');")]
    public void An_account_that_cannot_be_read_does_no_harm_where_another_is_used(string php)
    {
        var bytes = Encoding.UTF8.GetBytes(Start + php);

        Assert.Throws<DolibarrConfException>(() => DolibarrConfReader.Parse(bytes, "conf.php"));
        Assert.Equal("first", DolibarrConfReader.Parse(bytes, "conf.php", needsAccount: false).DbName);
    }

    [Fact]
    public void What_may_change_while_the_bridge_runs_is_taken_over()
    {
        var conf = Read(Start + "$dolibarr_main_url_root='http://old.example'; $dolibarr_main_instance_unique_id='old';");

        conf.Follow(Read(Start + "$dolibarr_main_url_root='http://new.example/'; $dolibarr_main_instance_unique_id='new';"));

        Assert.Equal("http://new.example", conf.UrlRoot);
        Assert.Equal("new", Encoding.UTF8.GetString(conf.Keys.WriteKey!.Value.Span));
    }

    private void Write(string name, string php) => File.WriteAllText(Path.Combine(_directory, name), php);

    private DolibarrConf Read(string php) =>
        DolibarrConfReader.Parse(Encoding.UTF8.GetBytes(php), Path.Combine(_directory, "conf.php"), environment: name => name switch
            {
                "NAME" => "from outside",
                "ZERO" => "0",
                "HERE" => _directory,
                _ => null,
            });
}
