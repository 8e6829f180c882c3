// SPDX-License-Identifier: GPL-3.0-or-later

using BenchmarkDotNet.Attributes;
using DolibarrOAuthBridge.Benchmarks.Driver;
using DolibarrOAuthBridge.Dolibarr.Configuration;
using DolibarrOAuthBridge.Keys;
using DolibarrOAuthBridge.Tokens;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace DolibarrOAuthBridge.Benchmarks.Micro;

/// <summary>What a request for a valid token costs within the sidecar: from memory, and from the database.</summary>
[MemoryDiagnoser]
public class BrokerBenchmarks
{
    private Stage _stage = null!;
    private ServiceProvider _services = null!;
    private TokenBroker _broker = null!;
    private ApiKeys _keys = null!;

    /// <summary>Seconds that <c>Bridge:ReadCache</c> is set to.</summary>
    [Params(0, 1)]
    public int ReadCache { get; set; }

    [GlobalSetup]
    public async Task SetUpAsync()
    {
        _stage = await Stage.CreateAsync(SidecarProcess.BuiltHere);
        var options = new BridgeOptions
        {
            DolibarrConf = _stage.Install.ConfPath,
            StateDirectory = _stage.StateDirectory,
            ReadCache = TimeSpan.FromSeconds(ReadCache),
        };
        _services = new ServiceCollection()
            .AddLogging()
            .AddBridge(DolibarrConfReader.Read(options.DolibarrConf), options, new ConfigurationBuilder().Build())
            .BuildServiceProvider();
        _broker = _services.GetRequiredService<TokenBroker>();
        _keys = _services.GetRequiredService<ApiKeys>();
    }

    [Benchmark]
    public async Task<string> TokenAsync() => (await _broker.GetAsync(Stage.Entry, 1)).Value;

    [Benchmark]
    public Task<bool> CheckApiKeyAsync() => _keys.IsValidAsync(_stage.ApiKey, 1);

    [GlobalCleanup]
    public async Task CleanUpAsync()
    {
        await _services.DisposeAsync();
        await _stage.DisposeAsync();
    }
}
