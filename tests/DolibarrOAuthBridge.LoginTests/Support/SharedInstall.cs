// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Demo.Database;
using DolibarrOAuthBridge.LoginTests.Support;

[assembly: AssemblyFixture(typeof(SharedInstall))]

namespace DolibarrOAuthBridge.LoginTests.Support;

/// <summary>One Dolibarr for all tests; each has a company of its own.</summary>
public sealed class SharedInstall : IAsyncLifetime
{
    private static int _companies = 100;

    private ScratchMariaDb _server = null!;

    internal DolibarrInstall Install { get; private set; } = null!;

    internal static int NewCompany() => Interlocked.Increment(ref _companies);

    internal async Task<string?> ScalarAsync(string sql)
    {
        await using var connection = await _server.OpenAsync(Install.Database);
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        return Convert.ToString(await command.ExecuteScalarAsync(), System.Globalization.CultureInfo.InvariantCulture);
    }

    public async ValueTask InitializeAsync()
    {
        _server = await ScratchMariaDb.StartAsync();
        Install = await DolibarrInstall.CreateAsync(_server);
    }

    public async ValueTask DisposeAsync()
    {
        await Install.DisposeAsync();
        await _server.DisposeAsync();
    }
}
