// SPDX-License-Identifier: GPL-3.0-or-later

using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using DolibarrOAuthBridge.Journal;

namespace DolibarrOAuthBridge.Instances;

/// <summary>
/// Reads which instances there are: <c>Instances:&lt;name&gt;</c>, and a file <c>&lt;name&gt;.json</c> each in
/// <c>Bridge:InstancesDirectory</c>. What is wrong with one never keeps the others away.
/// </summary>
/// <param name="parse">Makes the settings of the instance with the given name; a <see cref="FormatException"/> says what is wrong.</param>
internal sealed class InstanceDirectory(Func<IConfiguration, string, BridgeOptions> parse)
{
    /// <summary>The section with the instances.</summary>
    public const string Section = "Instances";

    private const string Bridge = "Bridge";
    private const string Ending = ".json";
    private const long LargestFile = 256 * 1024;

    // Of the whole process, so never of one instance.
    private static readonly string[] OfProcess =
    [
        nameof(BridgeOptions.DolibarrConf),
        nameof(BridgeOptions.StateDirectory),
        nameof(BridgeOptions.InstancesDirectory),
        nameof(BridgeOptions.OperatorKeyFile),
        nameof(BridgeOptions.LogFormat),
    ];

    private static readonly string[] OfSocket = ["Socket", "SocketMode", "SocketGroup"];

    /// <summary>Whether a configuration names instances.</summary>
    public static bool HasInstances(IConfiguration configuration) =>
        configuration.GetSection(Section).GetChildren().Any() || DirectoryOf(configuration) is not null;

    /// <summary>Reads all.</summary>
    /// <param name="configuration">The settings of the process.</param>
    /// <param name="stateDirectory">The process's state directory; each instance has its own in it.</param>
    public InstanceCatalogue Read(IConfiguration configuration, string stateDirectory)
    {
        var (definitions, problems) = (new Dictionary<string, InstanceDefinition>(StringComparer.Ordinal), new List<InstanceProblem>());
        var state = StateDirectory.Locate(stateDirectory);
        var common = Common(configuration);
        foreach (var section in configuration.GetSection(Section).GetChildren())
        {
            Add(section.Key, section.Path, () => section);
        }

        foreach (var file in Files(configuration))
        {
            Add(Path.GetFileNameWithoutExtension(file), file, () => ReadFile(file));
        }

        return new InstanceCatalogue([.. definitions.Values.OrderBy(one => one.Name, StringComparer.Ordinal)], problems);

        void Add(string name, string source, Func<IConfiguration> own)
        {
            try
            {
                var definition = Define(name, source, own(), common, state);
                RequireUnique(definition, definitions);
                definitions.Add(name, definition);
            }
            catch (Exception exception) when (IsOfOneFile(exception))
            {
                var fault = JsonFault.Describe(exception) is { } text ? $"This is {text}" : exception.Message;
                problems.Add(new InstanceProblem(name, source, fault));
            }
        }
    }

    private static bool IsOfOneFile(Exception exception) =>
        exception
            is FormatException
                or IOException
                or UnauthorizedAccessException
                or JsonException
                or InvalidDataException
                or ArgumentException // no path: with a zero byte
                or InvalidOperationException; // no Unicode

    private InstanceDefinition Define(
        string name,
        string source,
        IConfiguration own,
        IReadOnlyDictionary<string, string?> common,
        string state
    )
    {
        if (!InstanceName.IsValid(name))
        {
            throw new FormatException("This is no name of an instance: take 1 to 40 of a-z, 0-9 and -.");
        }

        var settings = Settings(own);
        var all = Merge(common, settings);
        var conf = own[nameof(BridgeOptions.DolibarrConf)] is { Length: > 0 } path
            ? Path.GetFullPath(path)
            : throw new FormatException("DolibarrConf is missing: the path of the instance's conf.php.");
        all[$"{Bridge}:{nameof(BridgeOptions.DolibarrConf)}"] = conf;
        all[$"{Bridge}:{nameof(BridgeOptions.StateDirectory)}"] = Path.Combine(state, name);
        var socket = own["Socket"] is { Length: > 0 } at
            ? new InstanceSocket(Path.GetFullPath(at), SocketMode.Parse(own["SocketMode"]), own["SocketGroup"])
            : null;
        var options = parse(Build(all), name) with
        {
            IsDatabaseUserOfAll = !settings.Keys.Any(IsOfAccount),
            OwnSocket = socket?.Path ?? string.Empty,
        };
        return new InstanceDefinition
        {
            Name = name,
            Source = source,
            Options = options,
            Configuration = () => Build(Merge(common, settings)),
            Socket = socket,
            Mark = MarkOf(all, options.IsDatabaseUserOfAll, socket),
        };
    }

    // An instance's members are settings of the bridge, save those that are sections of their own.
    private static Dictionary<string, string?> Settings(IConfiguration own)
    {
        var prefix = own is IConfigurationSection section ? section.Path.Length + 1 : 0;
        var settings = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase);
        foreach (var (path, value) in own.AsEnumerable().Where(pair => pair.Value is not null && pair.Key.Length > prefix))
        {
            var key = path[prefix..];
            var member = key.Split(':', 2)[0];
            if (IsOneOf(member, OfSocket) || Is(member, nameof(BridgeOptions.DolibarrConf)))
            {
                continue;
            }

            if (IsOneOf(member, OfProcess) || Is(member, nameof(BridgeOptions.Instance)))
            {
                throw new FormatException($"{member} is no setting of an instance.");
            }

            settings[Is(member, "Entries") || Is(member, "Providers") ? key : $"{Bridge}:{key}"] = value;
        }

        return settings;
    }

    // Entries are named alike in every Dolibarr: a key or certificate that is set for one must not serve another.
    private static Dictionary<string, string?> Common(IConfiguration configuration) =>
        configuration
            .AsEnumerable()
            .Where(pair =>
                pair.Value is not null
                && (
                    pair.Key.StartsWith("Providers:", StringComparison.OrdinalIgnoreCase)
                    || (
                        pair.Key.StartsWith($"{Bridge}:", StringComparison.OrdinalIgnoreCase) && !IsOneOf(pair.Key.Split(':')[1], OfProcess)
                    )
                )
            )
            .ToDictionary(pair => pair.Key, pair => pair.Value, StringComparer.OrdinalIgnoreCase);

    // Whoever sets one way to be told, or an account, sets all of it: one's secret must not go to another's address.
    private static Dictionary<string, string?> Merge(
        IReadOnlyDictionary<string, string?> common,
        IReadOnlyDictionary<string, string?> settings
    )
    {
        Func<string, bool>[] whole = [IsOfNotify, IsOfAccount];
        var replaced = whole.Where(isOf => settings.Keys.Any(isOf)).ToList();
        var all = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase);
        foreach (var (key, value) in common.Where(pair => !replaced.Exists(isOf => isOf(pair.Key))).Concat(settings))
        {
            all[key] = value;
        }

        return all;
    }

    private static void RequireUnique(InstanceDefinition definition, Dictionary<string, InstanceDefinition> others)
    {
        if (others.TryGetValue(definition.Name, out var same))
        {
            throw new FormatException($"There is an instance of this name already, in {same.Source}.");
        }

        if (definition.Socket is { } socket && others.Values.FirstOrDefault(other => other.Socket?.Path == socket.Path) is { } owner)
        {
            throw new FormatException($"{socket.Path} is the socket of {owner.Name} already.");
        }
    }

    private static IReadOnlyList<string> Files(IConfiguration configuration)
    {
        if (DirectoryOf(configuration) is not { } directory)
        {
            return [];
        }

        try
        {
            return
            [
                .. Directory
                    .EnumerateFiles(directory, "*" + Ending)
                    .Where(path => !Path.GetFileName(path).StartsWith('.'))
                    .Order(StringComparer.Ordinal),
            ];
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new FormatException($"Bridge:InstancesDirectory cannot be read: {exception.Message}");
        }
    }

    private static IConfiguration ReadFile(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        return file.CanSeek && file.Length <= LargestFile
            ? new ConfigurationBuilder().AddJsonStream(file).Build()
            : throw new FormatException("This is no file of an instance: it is too large, or no file.");
    }

    private static string? DirectoryOf(IConfiguration configuration) =>
        configuration[$"{Bridge}:{nameof(BridgeOptions.InstancesDirectory)}"] is { Length: > 0 } directory ? directory : null;

    private static IConfiguration Build(IEnumerable<KeyValuePair<string, string?>> settings) =>
        new ConfigurationBuilder().AddInMemoryCollection(settings).Build();

    private static string MarkOf(Dictionary<string, string?> settings, bool isDatabaseUserOfAll, InstanceSocket? socket) =>
        Convert.ToHexStringLower(
            SHA256.HashData(
                Encoding.UTF8.GetBytes(
                    string.Join(
                        '\0',
                        settings
                            .OrderBy(pair => pair.Key, StringComparer.OrdinalIgnoreCase)
                            .Select(pair => $"{pair.Key}={pair.Value}")
                            .Append($"{isDatabaseUserOfAll} {socket}")
                    )
                )
            )
        );

    private static bool Is(string left, string right) => string.Equals(left, right, StringComparison.OrdinalIgnoreCase);

    private static bool IsOneOf(string name, string[] names) => names.Contains(name, StringComparer.OrdinalIgnoreCase);

    private static bool IsOfNotify(string key) =>
        key.StartsWith($"{Bridge}:{nameof(BridgeOptions.Notify)}:", StringComparison.OrdinalIgnoreCase);

    private static bool IsOfAccount(string key) =>
        Is(key, $"{Bridge}:{nameof(BridgeOptions.DatabaseUser)}") || Is(key, $"{Bridge}:{nameof(BridgeOptions.DatabasePasswordFile)}");
}
