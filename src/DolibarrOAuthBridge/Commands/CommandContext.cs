// SPDX-License-Identifier: GPL-3.0-or-later

using System.CommandLine;
using DolibarrOAuthBridge.Dolibarr.Configuration;
using DolibarrOAuthBridge.Dolibarr.Database;
using DolibarrOAuthBridge.Instances;
using DolibarrOAuthBridge.Tokens;

namespace DolibarrOAuthBridge.Commands;

/// <summary>What a command works with: the instance, the settings, the services, and where it writes.</summary>
internal sealed class CommandContext : IAsyncDisposable
{
    private ServiceProvider? _services;

    private readonly bool _actsAsDolibarr;
    private DolibarrConf? _conf;

    private CommandContext(BridgeOptions options, IConfiguration configuration, bool actsAsDolibarr)
    {
        Options = options;
        Configuration = configuration;
        _actsAsDolibarr = actsAsDolibarr;
    }

    /// <summary>Whether it is about one Dolibarr.</summary>
    public bool HasConf => Options.DolibarrConf.Length > 0;

    /// <summary>
    /// Reads which instances with names there are, as they are now; null where the configuration names none, or the command is about one.
    /// </summary>
    public Func<InstanceCatalogue>? ReadInstances { get; private init; }

    /// <summary>Lists the instances with names, for a command about all of them.</summary>
    /// <returns>Null where the configuration names none.</returns>
    /// <exception cref="UsageException">Nobody can tell which there are.</exception>
    public InstanceCatalogue? ListInstances()
    {
        try
        {
            return ReadInstances?.Invoke();
        }
        catch (FormatException exception)
        {
            throw new UsageException(exception.Message);
        }
    }

    /// <summary>The instance with a name that the command is about; null for none.</summary>
    public InstanceDefinition? Instance { get; private init; }

    /// <summary>How the command line names this Dolibarr, for advice.</summary>
    public string Selector => CommandText.Selector(Options, Conf);

    /// <summary>Dolibarr's configuration.</summary>
    /// <exception cref="DolibarrConfException">conf.php cannot be used.</exception>
    /// <exception cref="UsageException">A setting cannot be used.</exception>
    public DolibarrConf Conf => _conf ??= ReadConf(Options, _actsAsDolibarr);

    public BridgeOptions Options { get; }

    public IConfiguration Configuration { get; }

    public int Entity { get; private init; } = 1;

    /// <summary>The company that the command line names; null where it names none, for commands that are about all then.</summary>
    public int? GivenEntity { get; private init; }

    public bool Json { get; private init; }

    public bool Reveal { get; private init; }

    /// <summary>Reads the settings and, for a command that is about one Dolibarr, conf.php.</summary>
    /// <exception cref="UsageException">Something on the command line or in the settings is wrong.</exception>
    /// <exception cref="DolibarrConfException">conf.php cannot be used.</exception>
    public static CommandContext Create(ParseResult result, CommonOptions common, IReadOnlyList<string> settings, IBridgeCommand command)
    {
        if (result.GetValue(common.Entity) < 1)
        {
            throw new UsageException("--entity must be a whole number from 1.");
        }

        IConfiguration Load() => BridgeConfiguration.Load(result.GetValue(common.Config), settings);
        var configuration = Load();
        var options = BridgeConfiguration.Options(
            configuration,
            result.GetValue(common.DolibarrConf),
            result.GetValue(common.StateDirectory),
            result.GetValue(common.LogFormat)
        );
        var hasNames = InstanceDirectory.HasInstances(configuration) && result.GetValue(common.DolibarrConf) is null;
        Func<InstanceCatalogue>? read = hasNames ? () => ReadAgain(Load, options.StateDirectory) : null;
        var isOfOne = command.IsOfOneInstance(result);
        if (result.GetValue(common.Instance) is { } name)
        {
            if (result.GetValue(common.DolibarrConf) is not null)
            {
                throw new UsageException("--instance and --dolibarr-conf both say which Dolibarr is meant. Give one of them.");
            }

            return Named(InstanceChoice.Find(BridgeConfiguration.Instances(configuration, options.StateDirectory), name));
        }

        if (isOfOne && options.DolibarrConf.Length == 0 && hasNames)
        {
            return Named(InstanceChoice.Only(BridgeConfiguration.Instances(configuration, options.StateDirectory)));
        }

        if (options.DolibarrConf.Length == 0 && !hasNames)
        {
            throw new UsageException(
                "Say where Dolibarr's conf.php is: --dolibarr-conf PATH, "
                    + "usually /var/www/dolibarr/htdocs/conf/conf.php or /etc/dolibarr/conf.php."
            );
        }

        return Make(options, configuration, null);

        CommandContext Named(InstanceDefinition instance) =>
            Make(
                // These are of the process, which with "serve" is this one.
                instance.Options with
                {
                    LogFormat = options.LogFormat,
                    OperatorKeyFile = options.OperatorKeyFile,
                },
                instance.Configuration(),
                instance
            );

        CommandContext Make(BridgeOptions of, IConfiguration with, InstanceDefinition? instance)
        {
            return new CommandContext(of, with, command.ActsAsDolibarr)
            {
                Entity = result.GetValue(common.Entity),
                GivenEntity = result.GetResult(common.Entity) is { Implicit: false } ? result.GetValue(common.Entity) : null,
                Json = result.GetValue(common.Json),
                Reveal = result.GetValue(common.Reveal),
                ReadInstances = instance is null ? read : null,
                Instance = instance,
            }.WithConf();
        }
    }

    /// <summary>The context of one instance, for commands that go through several.</summary>
    public static CommandContext Of(InstanceDefinition instance) => new(instance.Options, instance.Configuration(), actsAsDolibarr: false);

    /// <summary>Reads conf.php if the command is about one Dolibarr, and so says at once what is wrong with it.</summary>
    /// <exception cref="DolibarrConfException">It cannot be used.</exception>
    /// <exception cref="UsageException">A setting cannot be used.</exception>
    public CommandContext WithConf()
    {
        _ = HasConf ? Conf : null;
        return this;
    }

    private static InstanceCatalogue ReadAgain(Func<IConfiguration> load, string stateDirectory)
    {
        try
        {
            return BridgeConfiguration.Instances(load(), stateDirectory);
        }
        catch (UsageException exception)
        {
            throw new FormatException(exception.Message, exception);
        }
    }

    private static DolibarrConf ReadConf(BridgeOptions options, bool asDolibarr)
    {
        try
        {
            return asDolibarr
                ? SidecarAccount.ReadDolibarrs(options.DolibarrConf, options)
                : SidecarAccount.Read(options.DolibarrConf, options);
        }
        catch (SidecarAccountException exception)
        {
            throw new UsageException(exception.Message);
        }
    }

    /// <summary>What the database account does not see, for people; null where it sees every row.</summary>
    /// <exception cref="StoreException">The database failed.</exception>
    public async Task<string?> UnseenAsync(CancellationToken cancellationToken) =>
        await Get<DolibarrDatabase>().SeesPartAsync(cancellationToken)
            ? $"The database account {Conf.DbUser} sees OAuth settings and the rows of known entries only; rows of other owners, and of "
                + "entries that are gone, are not looked at. With --Bridge:DatabaseUser= the account in conf.php is used, which sees all."
            : null;

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
