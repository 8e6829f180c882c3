// SPDX-License-Identifier: GPL-3.0-or-later

namespace DolibarrOAuthBridge.Commands;

/// <summary>
/// Separates settings such as <c>--Providers:Google:TokenEndpoint=URL</c>, which any command takes, from the command's own
/// arguments.
/// </summary>
internal sealed class ConfigurationArguments
{
    private static readonly string[] Sections = ["--Providers:", "--Bridge:", "--Entries:", "--Instances:"];

    private ConfigurationArguments(IReadOnlyList<string> settings, IReadOnlyList<string> arguments)
    {
        Settings = settings;
        Arguments = arguments;
    }

    public IReadOnlyList<string> Settings { get; }

    public IReadOnlyList<string> Arguments { get; }

    public static ConfigurationArguments Split(IReadOnlyList<string> args)
    {
        var settings = new List<string>();
        var arguments = new List<string>();
        for (var index = 0; index < args.Count; index++)
        {
            var name = args[index].Split('=', 2)[0];
            if (!Sections.Any(section => name.StartsWith(section, StringComparison.OrdinalIgnoreCase)))
            {
                arguments.Add(args[index]);
                continue;
            }

            settings.Add(args[index]);
            if (!args[index].Contains('=', StringComparison.Ordinal) && index + 1 < args.Count)
            {
                settings.Add(args[++index]);
            }
        }

        return new ConfigurationArguments(settings, arguments);
    }
}
