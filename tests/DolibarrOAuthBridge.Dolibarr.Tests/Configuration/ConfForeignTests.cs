// SPDX-License-Identifier: GPL-3.0-or-later

using System.Diagnostics;
using System.Net.Sockets;
using DolibarrOAuthBridge.Dolibarr.Configuration;

namespace DolibarrOAuthBridge.Dolibarr.Tests.Configuration;

/// <summary>What a conf.php gets that somebody else than the operator writes, where one process reads those of several Dolibarrs.</summary>
public sealed class ConfForeignTests : IDisposable
{
    private const string Start = "<?php $dolibarr_main_db_host='h'; $dolibarr_main_db_user='u'; $dolibarr_main_db_name='first';\n";
    private const UnixFileMode Closed = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode Open = Closed | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    private readonly string _directory = Directory.CreateTempSubdirectory().FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task A_fifo_in_place_of_conf_php_is_refused_at_once()
    {
        var path = Path.Combine(_directory, "conf.php");
        await RunAsync("mkfifo", path);

        Assert.Contains("no file but a pipe", Refusal(path), StringComparison.Ordinal);

        await RunAsync("mkfifo", Path.Combine(_directory, "local.php"));
        Assert.Contains("no file but a pipe", Refusal(Write("other.php", Start + "include 'local.php';")), StringComparison.Ordinal);
    }

    [Fact]
    public void A_socket_in_place_of_conf_php_is_refused()
    {
        var path = Path.Combine(_directory, "conf.php");
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(path));

        Assert.Contains("no file but a pipe", Refusal(path), StringComparison.Ordinal);
    }

    [Fact]
    public void A_path_with_a_zero_byte_is_an_error_as_any_other()
    {
        Assert.Contains("no path", Refusal("/srv/\0"), StringComparison.Ordinal);
        Assert.Contains("zero byte", Refusal(Write("conf.php", Start + "include \"a\\0b\";")), StringComparison.Ordinal);
    }

    [Fact]
    public void Who_owns_the_file_is_the_operator_unless_others_can_write_it()
    {
        var path = Write("conf.php", Start, Closed);
        Assert.True(DolibarrConfReader.Read(path).IsOfOperator);

        File.SetUnixFileMode(path, Closed | UnixFileMode.GroupWrite);
        Assert.False(DolibarrConfReader.Read(path).IsOfOperator);

        File.SetUnixFileMode(path, Closed);
        Write("conf.php", Start + "include 'local.php';", Closed);
        Write("local.php", "<?php", Closed | UnixFileMode.OtherWrite);
        Assert.False(DolibarrConfReader.Read(path).IsOfOperator);
    }

    [Fact]
    public void A_file_that_others_can_write_gets_no_environment_variable_of_a_process_for_several()
    {
        var path = Write("conf.php", Start + "$dolibarr_main_db_name = getenv('PATH');", Closed | UnixFileMode.GroupWrite);

        Assert.Contains("common to all", Refusal(path), StringComparison.Ordinal);
        Assert.NotEqual("first", DolibarrConfReader.Read(path).DbName);
        File.SetUnixFileMode(path, Closed);
        Assert.NotEqual("first", DolibarrConfReader.Read(path, isOneOfSeveral: true).DbName);
    }

    [Fact]
    public async Task An_include_follows_no_file_of_another_user_unless_everybody_can_read_it()
    {
        Assert.SkipUnless(Environment.UserName == "root", "Only root gives files to others.");
        var conf = Write("conf.php", Start + "include 'beta.php';", Closed);
        var beta = Write("beta.php", "<?php $dolibarr_main_db_name = 'of beta';", Closed);
        await RunAsync("chown", "1001", conf);
        await RunAsync("chown", "1002", beta);

        Assert.Contains("may be another Dolibarr's", Refusal(conf), StringComparison.Ordinal);
        Assert.Equal("of beta", DolibarrConfReader.Read(conf).DbName); // a process for one Dolibarr reads nobody else's

        File.SetUnixFileMode(beta, Open);
        Assert.Contains("may be another Dolibarr's", Refusal(conf), StringComparison.Ordinal); // the directory is closed
        File.SetUnixFileMode(_directory, File.GetUnixFileMode(_directory) | UnixFileMode.OtherExecute);
        Assert.Equal("of beta", DolibarrConfReader.Read(conf, isOneOfSeveral: true).DbName);

        File.SetUnixFileMode(beta, Closed);
        await RunAsync("chown", "1001", beta);
        Assert.Equal("of beta", DolibarrConfReader.Read(conf, isOneOfSeveral: true).DbName);
    }

    [Fact]
    public async Task A_file_that_the_operator_includes_may_not_include_what_is_not_its_own()
    {
        Assert.SkipUnless(Environment.UserName == "root", "Only root gives files to others.");
        var conf = Write("conf.php", Start + "include 'common.php'; include 'acme.php';", Closed);
        Write("common.php", "<?php $dolibarr_main_db_name = 'common';", Closed);
        await RunAsync("chown", "1001", Write("acme.php", "<?php", Closed));
        Assert.Equal("common", DolibarrConfReader.Read(conf, isOneOfSeveral: true).DbName);

        Write("acme.php", "<?php include 'common.php';");

        Assert.Contains("may be another Dolibarr's", Refusal(conf), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_whose_user_cannot_be_told_is_nobodys_own()
    {
        Assert.SkipUnless(Environment.UserName == "root", "Only root gives files to others.");
        var conf = Write("conf.php", Start + "include 'beta.php';", Closed);
        await RunAsync("chown", "65534", conf);
        await RunAsync("chown", "65534", Write("beta.php", "<?php", Closed));

        Assert.Contains("PrivateUsers=yes", Refusal(conf), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("conf.php")]
    [InlineData("folder/conf.php")]
    public async Task A_link_that_a_tenant_made_leads_to_no_file_of_another(string named)
    {
        Assert.SkipUnless(Environment.UserName == "root", "Only root gives files to others.");
        Directory.CreateDirectory(Path.Combine(_directory, "beta"));
        var beta = Write("beta/conf.php", Start, Closed);
        await RunAsync("chown", "1002", beta);
        var link = Path.Combine(_directory, named.Split('/')[0]);
        File.CreateSymbolicLink(link, named.Contains('/', StringComparison.Ordinal) ? "beta" : beta);
        var conf = Path.Combine(_directory, named);
        var operators = Write("operators.php", Start + $"include '{named}'; $dolibarr_main_db_user = 'u';", Closed);
        Assert.Equal("first", DolibarrConfReader.Read(conf, isOneOfSeveral: true).DbName); // root's link
        Assert.Equal("first", DolibarrConfReader.Read(operators, isOneOfSeveral: true).DbName);

        await RunAsync("chown", "--no-dereference", "1001", link);
        Assert.Contains($"The link {link} may lead to another", Refusal(conf), StringComparison.Ordinal);
        Assert.Contains($"The link {link} may lead to another", Refusal(operators), StringComparison.Ordinal);
        Assert.Equal("first", DolibarrConfReader.Read(conf).DbName); // a process for one Dolibarr reads nobody else's

        await RunAsync("chown", "--no-dereference", "1002", link);
        Assert.Equal("first", DolibarrConfReader.Read(conf, isOneOfSeveral: true).DbName);
    }

    [Fact]
    public void A_link_includes_from_where_the_file_is_as_in_PHP()
    {
        var real = Directory.CreateDirectory(Path.Combine(_directory, "real")).FullName;
        Write("real/conf.php", Start + "include 'local.php'; $dolibarr_main_url_root = __DIR__;");
        Write("real/local.php", "<?php $dolibarr_main_db_name = 'real';");
        Write("local.php", "<?php $dolibarr_main_db_name = 'beside the link';");
        var link = Path.Combine(_directory, "conf.php");
        File.CreateSymbolicLink(link, Path.Combine(real, "conf.php"));

        var conf = DolibarrConfReader.Read(link);

        Assert.Equal(("real", real, link), (conf.DbName, conf.UrlRoot, conf.Path));
    }

    private static string Refusal(string path) =>
        Assert.Throws<DolibarrConfException>(() => DolibarrConfReader.Read(path, isOneOfSeveral: true)).Message;

    private string Write(string name, string php, UnixFileMode mode = Open)
    {
        var path = Path.Combine(_directory, name);
        File.WriteAllText(path, php);
        File.SetUnixFileMode(path, mode);
        return path;
    }

    private static async Task RunAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(program, arguments);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, process.ExitCode);
    }
}
