// SPDX-License-Identifier: GPL-3.0-or-later

using System.CommandLine;
using DolibarrOAuthBridge.Dolibarr.Configuration;
using DolibarrOAuthBridge.Tokens;

namespace DolibarrOAuthBridge.Commands;

/// <summary>What a command works with: the instance, the settings, the services, and where it writes.</summary>
internal sealed class CommandContext : IAsyncDisposable
{
    private ServiceProvider? _services;

    private CommandContext(DolibarrConf conf, BridgeOptions options, IConfiguration configuration, int entity, bool json, bool reveal)
    {
        Conf = conf;
        Options = options;
        Configuration = configuration;
        Entity = entity;
        Json = json;
        Reveal = reveal;
    }

    public DolibarrConf Conf { get; }

    public BridgeOptions Options { get; }

    public IConfiguration Configuration { get; }

    public int Entity { get; }

    public bool Json { get; }

    public bool Reveal { get; }

    /// <summary>Reads the settings and conf.php.</summary>
    /// <param name="result">The parsed command line.</param>
    /// <param name="common">The options of every command.</param>
    /// <param name="settings">The settings on the command line.</param>
    /// <param name="asDolibarr">Whether to use the account in conf.php in any case.</param>
    /// <exception cref="UsageException">Something on the command line or in the settings is wrong.</exception>
    /// <exception cref="DolibarrConfException">conf.php cannot be used.</exception>
    public static CommandContext Create(ParseResult result, CommonOptions common, IReadOnlyList<string> settings, bool asDolibarr)
    {
        var entity = result.GetValue(common.Entity);
        if (entity < 1)
        {
            throw new UsageException("--entity must be a whole number from 1.");
        }

        var configuration = BridgeConfiguration.Load(result.GetValue(common.Config), settings);
        var options = BridgeConfiguration.Options(
            configuration,
            result.GetValue(common.DolibarrConf),
            result.GetValue(common.StateDirectory),
            result.GetValue(common.LogFormat)
        );
        if (options.DolibarrConf.Length == 0)
        {
            throw new UsageException(
                "Say where Dolibarr's conf.php is: --dolibarr-conf PATH, "
                    + "usually /var/www/dolibarr/htdocs/conf/conf.php or /etc/dolibarr/conf.php."
            );
        }

        return new CommandContext(
            ReadConf(options, asDolibarr),
            options,
            configuration,
            entity,
            result.GetValue(common.Json),
            result.GetValue(common.Reveal)
        );
    }

    private static DolibarrConf ReadConf(BridgeOptions options, bool asDolibarr)
    {
        try
        {
            return asDolibarr
                ? SidecarAccount.WithAuthority(DolibarrConfReader.Read(options.DolibarrConf), options)
                : SidecarAccount.Read(options.DolibarrConf, options);
        }
        catch (SidecarAccountException exception)
        {
            throw new UsageException(exception.Message);
        }
    }

    public T Get<T>()
        where T : notnull
    {
        _services ??= new ServiceCollection()
            .AddLogging(logging =>
                logging
                    .AddSimpleConsole(console => console.SingleLine = true)
                    .AddConsole(console => console.LogToStandardErrorThreshold = LogLevel.Trace)
                    .SetMinimumLevel(LogLevel.Error)
            )
            .AddBridge(Conf, Options, Configuration)
            .BuildServiceProvider();
        return _services.GetRequiredService<T>();
    }

    public async ValueTask DisposeAsync()
    {
        if (_services is not null)
        {
            await _services.GetRequiredService<RefreshFlights>().DrainAsync();
            await _services.GetRequiredService<LastUseRecorder>().PendingWrite;
            await _services.DisposeAsync();
        }
    }
}
