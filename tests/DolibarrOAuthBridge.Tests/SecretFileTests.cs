// SPDX-License-Identifier: GPL-3.0-or-later

using Microsoft.Extensions.Configuration;

namespace DolibarrOAuthBridge.Tests;

public sealed class SecretFileTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("secret-files").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void Every_setting_that_names_a_file_with_a_secret_is_known()
    {
        var settings = new Dictionary<string, string?>
        {
            ["Bridge:OperatorKeyFile"] = "/1",
            ["Bridge:DatabasePasswordFile"] = "/2",
            ["Bridge:Notify:WebhookSecretFile"] = "/3",
            ["Entries:MICROSOFTAPP-A:Certificate"] = "/4", // with the key in it
            ["Entries:MICROSOFTAPP-B:Certificate"] = "/public",
            ["Entries:MICROSOFTAPP-B:CertificateKey"] = "/5",
            ["Entries:MICROSOFTAPP-B:CertificatePasswordFile"] = "/6",
            ["Entries:GOOGLE-Mail:ServiceAccountKey"] = "/7",
            ["Bridge:CaFile"] = "/public",
            ["Bridge:DatabaseUser"] = "sidecar",
        };

        var files = SecretFile.Of(new ConfigurationBuilder().AddInMemoryCollection(settings).Build());

        Assert.Equal(["/1", "/2", "/3", "/4", "/5", "/6", "/7"], files.Select(file => file.Path).Order());
    }

    [Theory]
    [InlineData(UnixFileMode.UserRead | UnixFileMode.UserWrite, false)]
    [InlineData(UnixFileMode.UserRead | UnixFileMode.GroupRead, false)]
    [InlineData(UnixFileMode.UserRead | UnixFileMode.OtherRead, true)]
    [InlineData(UnixFileMode.UserRead | UnixFileMode.OtherWrite, true)]
    public void A_file_that_every_user_may_read_or_change_is_exposed_also_behind_a_link(UnixFileMode mode, bool isExposed)
    {
        var path = Path.Combine(_directory, "key");
        File.WriteAllText(path, "secret");
        File.SetUnixFileMode(path, mode);
        var link = Path.Combine(_directory, "link");
        File.CreateSymbolicLink(link, path);

        Assert.Equal(isExposed, new SecretFile("Bridge:OperatorKeyFile", path).IsExposed);
        Assert.Equal(isExposed, new SecretFile("Bridge:OperatorKeyFile", link).IsExposed);
    }

    [Fact]
    public void A_file_that_is_not_there_is_not_exposed() =>
        Assert.False(new SecretFile("Bridge:OperatorKeyFile", Path.Combine(_directory, "none")).IsExposed);
}
