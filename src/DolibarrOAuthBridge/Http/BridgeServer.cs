// SPDX-License-Identifier: GPL-3.0-or-later

using System.Text.Json;
using DolibarrOAuthBridge.Dolibarr.Configuration;
using DolibarrOAuthBridge.Http.Contracts;
using DolibarrOAuthBridge.Http.Endpoints;
using DolibarrOAuthBridge.Http.Metrics;
using DolibarrOAuthBridge.Http.Security;
using DolibarrOAuthBridge.Instances;
using DolibarrOAuthBridge.Lifetime;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace DolibarrOAuthBridge.Http;

/// <summary>The HTTP server, put together in the order in which a request passes through it.</summary>
internal static class BridgeServer
{
    /// <summary>Builds the server; it does not listen yet.</summary>
    /// <param name="conf">Dolibarr's configuration; null where there are only instances with names.</param>
    /// <param name="options">The sidecar's settings.</param>
    /// <param name="configuration">Endpoint overrides.</param>
    /// <param name="addresses">TCP addresses to listen on.</param>
    /// <param name="socket">Unix socket to listen on; null for none.</param>
    /// <param name="handles">Listening sockets that this process was started with, as file descriptors.</param>
    /// <param name="read">Reads which instances with names there are; null where there are none.</param>
    /// <param name="configureServices">Further services, for tests.</param>
    /// <exception cref="FormatException">A setting cannot be used.</exception>
    public static WebApplication Build(
        DolibarrConf? conf,
        BridgeOptions options,
        IConfiguration configuration,
        IReadOnlyList<ListenAddress> addresses,
        UnixSocket? socket,
        IReadOnlyList<int>? handles = null,
        Func<InstanceCatalogue>? read = null,
        Action<IServiceCollection>? configureServices = null
    )
    {
        var builder = BareServer.CreateBuilder();
        builder.Configuration.AddInMemoryCollection(BridgeSettings.Of(configuration)); // nothing that a web server would obey
        builder.UseBridgeLog(options.LogFormat);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            Limit(kestrel);
            Listen(kestrel, addresses, socket, handles ?? []);
            kestrel.Configure(kestrel.ApplicationServices.GetRequiredService<InstanceSockets>().Endpoints, reloadOnChange: true);
        });
        builder
            .Services.AddOptions<SocketTransportOptions>()
            .Configure<InstanceSockets>(
                static (transport, sockets) =>
                {
                    transport.CreateBoundListenSocket = sockets.Listen;
                    // A crowd that arrives at once: whoever finds the queue full comes again after a second (TCP), or fails (unix socket).
                    transport.Backlog = ConnectionRoom.Capacity;
                }
            );
        configureServices?.Invoke(builder.Services);
        builder.Services.TryAddSingleton(TimeProvider.System);
        builder.Services.AddSingleton<ConnectionRoom>();
        builder.Services.AddSingleton<RefusalLog>();
        builder.Services.AddSingleton<MetricCollector>();
        builder.Services.AddSingleton(options); // for calls about the whole process
        builder.Services.AddSingleton(new OperatorKey(options.OperatorKeyFile));
        builder.Services.AddSingleton(front => new InstanceSockets(
            socket,
            front.GetRequiredService<TimeProvider>(),
            front.GetRequiredService<ILogger<InstanceSockets>>()
        ));
        builder.Services.AddHostedService<BoundAddresses>();
        builder.Services.AddHostedService<ConnectionEnd>(); // before the instances: told to stop after them, when refreshes are finished
        builder.Services.AddSingleton(front => MakeHost(front, Single(conf, options, configuration), read));
        builder.Services.AddInstances(options);
        builder.Services.ConfigureHttpJsonOptions(json =>
        {
            json.SerializerOptions.PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower;
            json.SerializerOptions.AllowDuplicateProperties = false; // of two values for one member neither is the right one
            json.SerializerOptions.TypeInfoResolverChain.Insert(0, ApiJson.Default);
        });

        builder.Services.AddInstanceTypes(static services => services.AddHttpOfInstance());
        var app = builder.Build();
        FollowInstances(app.Services);
        app.UseConnectionRoom();
        app.UseInstanceNames();
        app.UseRequestCount();
        app.UseProblems();
        app.UseLocalCallersOnly();
        app.UseOperatorCalls();
        app.UseInstance();
        app.UseApiKey();
        app.UseHotTokens();
        app.UseRouting();
        app.MapHealth();
        app.MapIdentity();
        app.MapEntries();
        app.MapTokens();
        app.MapConsents();
        app.MapStockToken();
        app.MapLogin();
        app.MapMetrics();
        app.MapMailChecks();
        app.MapEvents();
        app.MapDoctor();
        app.MapOpenApiDocument();
        return app;
    }

    private static InstanceDefinition? Single(DolibarrConf? conf, BridgeOptions options, IConfiguration configuration) =>
        conf is null
            ? null
            : new InstanceDefinition
            {
                Name = string.Empty,
                Source = "Bridge:DolibarrConf",
                Options = options,
                Configuration = () => configuration,
                Conf = conf,
            };

    private static InstanceHost MakeHost(IServiceProvider front, InstanceDefinition? single, Func<InstanceCatalogue>? read)
    {
        var time = front.GetRequiredService<TimeProvider>();
        var composer = new InstanceComposer((services, instance) => services.ShareWith(front, instance.Name).AddHttpOfInstance());
        return new InstanceHost(
            single is null ? null : new Instance(single, composer, time),
            read,
            composer,
            time,
            front.GetRequiredService<ILogger<InstanceHost>>()
        );
    }

    private static void FollowInstances(IServiceProvider front)
    {
        var (instances, sockets) = (front.GetRequiredService<InstanceHost>(), front.GetRequiredService<InstanceSockets>());
        var collector = front.GetRequiredService<MetricCollector>();
        instances.Changed += () =>
        {
            sockets.Follow(instances);
            collector.Keep(instances.Named.Select(one => one.Name).ToHashSet(StringComparer.Ordinal));
        };
    }

    // What an instance has of its own for HTTP.
    private static IServiceCollection AddHttpOfInstance(this IServiceCollection services) =>
        services.AddSingleton<RefusalLog>().AddSingleton<WrongSecrets>().AddSingleton<EntryGauges>().AddSingleton<HotTokens>();

    // What all instances have in common: nothing that is about a Dolibarr, a provider or a caller.
    private static IServiceCollection ShareWith(this IServiceCollection services, IServiceProvider front, string instance)
    {
        var time = front.GetRequiredService<TimeProvider>();
        var loggers = front.GetRequiredService<ILoggerFactory>();
        return services
            .AddSingleton(time)
            .AddSingleton(instance.Length == 0 ? loggers : new InstanceLoggers(loggers, instance, time))
            .AddSingleton(typeof(ILogger<>), typeof(Logger<>))
            .AddSingleton(front.GetRequiredService<IHostApplicationLifetime>())
            .AddSingleton(front.GetRequiredService<IOptions<JsonOptions>>())
            .AddSingleton(front.GetRequiredService<MetricCollector>());
    }

    private static void Limit(KestrelServerOptions kestrel)
    {
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxRequestBodySize = 64 * 1024;
        kestrel.Limits.MaxRequestHeadersTotalSize = 16 * 1024;
        kestrel.Limits.MaxRequestHeaderCount = 50;
        kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(5);
        kestrel.Limits.KeepAliveTimeout = TimeSpan.FromSeconds(30);
        kestrel.LimitConnections();
    }

    private static void Listen(
        KestrelServerOptions kestrel,
        IReadOnlyList<ListenAddress> addresses,
        UnixSocket? socket,
        IReadOnlyList<int> handles
    )
    {
        foreach (var address in addresses)
        {
            kestrel.Listen(address.Address, address.Port);
        }

        foreach (var handle in handles)
        {
            kestrel.ListenHandle((ulong)handle);
        }

        if (socket is not null)
        {
            socket.RemoveStale();
            kestrel.ListenUnixSocket(socket.Path);
        }
    }
}
