// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Dolibarr.Configuration;
using DolibarrOAuthBridge.Dolibarr.Database;
using DolibarrOAuthBridge.Grants;
using DolibarrOAuthBridge.Tokens;
using DolibarrOAuthBridge.Tokens.Renewal;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace DolibarrOAuthBridge.IntegrationTests.Support;

/// <summary>
/// A bridge inside this process, with services, pool and flights of its own: as good as a process of its own, with a clock to
/// turn.
/// </summary>
internal sealed class BridgeHost : IAsyncDisposable
{
    private readonly ServiceProvider _services;
    private bool _isDisposed;

    public BridgeHost(DolibarrConf conf, BridgeOptions options, IConfiguration configuration, TimeProvider clock)
    {
        _services = new ServiceCollection()
            .AddLogging(logging => logging.AddProvider(Log).SetMinimumLevel(LogLevel.Trace))
            .AddSingleton(clock)
            .AddBridge(conf, options, configuration)
            .BuildServiceProvider();
    }

    public LogLines Log { get; } = new();

    public T Get<T>()
        where T : notnull => _services.GetRequiredService<T>();

    public Task<AccessToken> TokenAsync(string entry = World.Entry, int entity = 1, TimeSpan? minTtl = null) =>
        Get<TokenBroker>().GetAsync(entry, entity, minTtl);

    public Task<AccessToken> RefreshAsync(string entry = World.Entry) => Get<TokenBroker>().RefreshAsync(entry, 1);

    public Task RenewAsync() => Get<RenewalService>().RunOnceAsync();

    public Task<GrantRecord> MemoryAsync(string service = World.Service) => Get<GrantTable>().GetAsync(new GrantKey(service, 1));

    /// <summary>The failure of a call as the edges (HTTP, command line) tell it.</summary>
    public static async Task<BridgeException> FailAsync(Func<Task> call, string code)
    {
        var thrown = await Assert.ThrowsAnyAsync<Exception>(call);
        var exception = thrown as BridgeException ?? BridgeException.From(Assert.IsType<StoreException>(thrown));
        Assert.True(exception.Code == code, $"{exception.Code}: {exception.Message}");
        return exception;
    }

    public Task<BridgeException> TokenFailsAsync(string code, string entry = World.Entry) => FailAsync(() => TokenAsync(entry), code);

    public async ValueTask DisposeAsync()
    {
        if (_isDisposed)
        {
            return;
        }

        _isDisposed = true;
        await Get<RefreshFlights>().DrainAsync();
        await Get<LastUseRecorder>().PendingWrite;
        await _services.DisposeAsync();
    }
}
