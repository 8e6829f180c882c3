// SPDX-License-Identifier: GPL-3.0-or-later

using System.Globalization;
using DolibarrOAuthBridge.Entries;
using DolibarrOAuthBridge.Instances;

namespace DolibarrOAuthBridge.Commands;

/// <summary>
/// The sidecar's settings: a JSON file, then the environment (<c>BRIDGE__…</c>), then the command line; the last one wins.
/// </summary>
internal static class BridgeConfiguration
{
    private const string DefaultFile = "/etc/dolibarr-oauth-bridge/bridge.json";

    private static readonly string[] Known =
    [
        nameof(BridgeOptions.DolibarrConf),
        nameof(BridgeOptions.InstancesDirectory),
        nameof(BridgeOptions.OperatorKeyFile),
        nameof(BridgeOptions.StateDirectory),
        nameof(BridgeOptions.ProviderDeadline),
        nameof(BridgeOptions.MinTtl),
        nameof(BridgeOptions.RenewAhead),
        nameof(BridgeOptions.Renewal),
        nameof(BridgeOptions.RenewalInterval),
        nameof(BridgeOptions.InDoubtFor),
        nameof(BridgeOptions.KeepEvents),
        nameof(BridgeOptions.ReadCache),
        nameof(BridgeOptions.UseProxy),
        nameof(BridgeOptions.NoProxy),
        nameof(BridgeOptions.CaFile),
        nameof(BridgeOptions.DatabaseUser),
        nameof(BridgeOptions.DatabasePasswordFile),
        nameof(BridgeOptions.DatabaseCa),
        nameof(BridgeOptions.LogFormat),
        nameof(BridgeOptions.MailDeadline),
        nameof(BridgeOptions.MailCaFile),
        nameof(BridgeOptions.Notify),
    ];

    public static IConfiguration Load(string? file, IReadOnlyList<string> settings)
    {
        try
        {
            var builder = new ConfigurationBuilder();
            if (file is not null)
            {
                builder.AddJsonFile(Path.GetFullPath(file), optional: false);
            }
            else if (File.Exists(DefaultFile))
            {
                builder.AddJsonFile(DefaultFile);
            }

            return builder.AddEnvironmentVariables("BRIDGE__").AddCommandLine([.. settings]).Build();
        }
        catch (Exception exception)
            when (exception
                    is FormatException
                        or IOException
                        or UnauthorizedAccessException
                        or InvalidDataException
                        or InvalidOperationException // no Unicode
            )
        {
            throw new UsageException(
                JsonFault.Describe(exception) is { } fault
                    ? $"The configuration file {file ?? DefaultFile} is {fault}"
                    : $"The configuration file cannot be read: {exception.Message}"
            );
        }
    }

    /// <summary>Reads which instances there are.</summary>
    /// <exception cref="UsageException">Their directory cannot be read.</exception>
    public static InstanceCatalogue Instances(IConfiguration configuration, string stateDirectory)
    {
        try
        {
            return new InstanceDirectory(OfInstance).Read(configuration, stateDirectory);
        }
        catch (FormatException exception)
        {
            throw new UsageException(exception.Message);
        }
    }

    // What is wrong with one instance is no reason not to start.
    private static BridgeOptions OfInstance(IConfiguration configuration, string name)
    {
        try
        {
            return Options(configuration, null, null, instance: name);
        }
        catch (UsageException exception)
        {
            throw new FormatException(exception.Message);
        }
    }

    public static BridgeOptions Options(
        IConfiguration configuration,
        string? conf,
        string? stateDirectory,
        string? logFormat = null,
        string? instance = null
    )
    {
        var section = configuration.GetSection("Bridge");
        if (section.GetChildren().FirstOrDefault(child => !Known.Contains(child.Key, StringComparer.OrdinalIgnoreCase)) is { } unknown)
        {
            throw new UsageException($"Bridge:{unknown.Key} is no setting. Known are {string.Join(", ", Known)}.");
        }

        foreach (var setting in configuration.GetSection(ClientCertificates.Section).GetChildren().SelectMany(entry => entry.GetChildren()))
        {
            if (!EntrySettingNames.All.Contains(setting.Key, StringComparer.OrdinalIgnoreCase))
            {
                throw new UsageException($"{setting.Path} is no setting. Known are {string.Join(", ", EntrySettingNames.All)}.");
            }
        }

        var notify = section.GetSection(nameof(BridgeOptions.Notify));
        if (
            notify.GetChildren().FirstOrDefault(child => !NotifyOptions.Names.Contains(child.Key, StringComparer.OrdinalIgnoreCase)) is
            { } no
        )
        {
            throw new UsageException($"{no.Path} is no setting. Known are {string.Join(", ", NotifyOptions.Names)}.");
        }

        var defaults = new BridgeOptions();
        return new BridgeOptions
        {
            DolibarrConf = conf
                ?? configuration[nameof(BridgeOptions.DolibarrConf)]
                ?? section[nameof(BridgeOptions.DolibarrConf)]
                ?? string.Empty,
            StateDirectory = stateDirectory
                ?? configuration[nameof(BridgeOptions.StateDirectory)]
                ?? section[nameof(BridgeOptions.StateDirectory)]
                ?? string.Empty,
            ProviderDeadline = Seconds(nameof(BridgeOptions.ProviderDeadline), defaults.ProviderDeadline, 1, 60),
            Instance = instance ?? string.Empty,
            InstancesDirectory = section[nameof(BridgeOptions.InstancesDirectory)] ?? string.Empty,
            OperatorKeyFile = section[nameof(BridgeOptions.OperatorKeyFile)] ?? string.Empty,
            DatabaseUser = section[nameof(BridgeOptions.DatabaseUser)] ?? string.Empty,
            DatabasePasswordFile = section[nameof(BridgeOptions.DatabasePasswordFile)] ?? string.Empty,
            DatabaseCa = DatabaseCa(section[nameof(BridgeOptions.DatabaseCa)]),
            MinTtl = Seconds(nameof(BridgeOptions.MinTtl), defaults.MinTtl, 0, 3600),
            RenewAhead = Seconds(nameof(BridgeOptions.RenewAhead), defaults.RenewAhead, 0, 3600),
            RenewalInterval = Seconds(nameof(BridgeOptions.RenewalInterval), defaults.RenewalInterval, 1, 3600),
            InDoubtFor = Seconds(nameof(BridgeOptions.InDoubtFor), defaults.InDoubtFor, 0, 86400),
            KeepEvents = Days(nameof(BridgeOptions.KeepEvents), defaults.KeepEvents),
            ReadCache = Seconds(nameof(BridgeOptions.ReadCache), defaults.ReadCache, 0, 60),
            MailDeadline = Seconds(nameof(BridgeOptions.MailDeadline), defaults.MailDeadline, 1, 120),
            MailCaFile = section[nameof(BridgeOptions.MailCaFile)] ?? defaults.MailCaFile,
            Notify = new NotifyOptions
            {
                Webhook = Webhook(notify[nameof(NotifyOptions.Webhook)]),
                WebhookSecretFile = notify[nameof(NotifyOptions.WebhookSecretFile)] ?? string.Empty,
                WebhookTemplate = notify[nameof(NotifyOptions.WebhookTemplate)] ?? string.Empty,
                Command = notify[nameof(NotifyOptions.Command)] ?? string.Empty,
            },
            Renewal = section[nameof(BridgeOptions.Renewal)] switch
            {
                null => defaults.Renewal,
                "on_demand" => RenewalPolicy.OnDemand,
                "proactive" => RenewalPolicy.Proactive,
                _ => throw new UsageException("Bridge:Renewal must be on_demand or proactive."),
            },
            LogFormat = (logFormat ?? section[nameof(BridgeOptions.LogFormat)]) switch
            {
                null => defaults.LogFormat,
                "text" => LogFormat.Text,
                "json" => LogFormat.Json,
                _ => throw new UsageException("--log-format (or Bridge:LogFormat) must be text or json."),
            },
            UseProxy = section[nameof(BridgeOptions.UseProxy)] switch
            {
                null or "false" => ProxyUse.None,
                "true" or "environment" => ProxyUse.Environment,
                "dolibarr" => ProxyUse.Dolibarr,
                _ => throw new UsageException("Bridge:UseProxy must be true, false or dolibarr."),
            },
            NoProxy = [.. List(section.GetSection(nameof(BridgeOptions.NoProxy)))],
            CaFile = section[nameof(BridgeOptions.CaFile)] ?? defaults.CaFile,
        };

        TimeSpan Days(string name, TimeSpan fallback) =>
            section[name] is not { } text ? fallback
            : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var days) && days is >= 1 and <= 36500
                ? TimeSpan.FromDays(days)
            : throw new UsageException($"Bridge:{name} must be a whole number of days from 1 to 36500.");

        TimeSpan Seconds(string name, TimeSpan fallback, int least, int most) =>
            section[name] is not { } text ? fallback
            : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) && seconds >= least && seconds <= most
                ? TimeSpan.FromSeconds(seconds)
            : throw new UsageException($"Bridge:{name} must be a whole number of seconds from {least} to {most}.");
    }

    private static string DatabaseCa(string? text) =>
        string.IsNullOrEmpty(text) ? string.Empty
        : text == "none" || File.Exists(text) ? text
        : throw new UsageException(
            "Bridge:DatabaseCa must be a PEM file with certificate authorities that the bridge can read, or none: not to check at all."
        );

    // One text with commas, as in the environment, or a JSON array.
    private static string[] List(IConfigurationSection setting) =>
        (setting.Value ?? string.Join(',', setting.GetChildren().Select(static one => one.Value))).Split(
            ',',
            StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries
        );

    // Notices name entries and accounts: they leave this machine over TLS only.
    private static Uri? Webhook(string? text) =>
        string.IsNullOrEmpty(text) ? null
        : Uri.TryCreate(text, UriKind.Absolute, out var url)
        && (url.Scheme == Uri.UriSchemeHttps || (url.Scheme == Uri.UriSchemeHttp && url.IsLoopback))
            ? url
        : throw new UsageException("Bridge:Notify:Webhook must be an https URL, or an http URL of this machine (127.0.0.1).");
}
