// SPDX-License-Identifier: GPL-3.0-or-later

using System.CommandLine;

namespace DolibarrOAuthBridge.Commands;

/// <summary>The options that every command takes.</summary>
internal sealed class CommonOptions
{
    public Option<string?> DolibarrConf { get; } =
        new("--dolibarr-conf")
        {
            Description = "Path of Dolibarr's conf.php (or the environment variable BRIDGE__DolibarrConf).",
            HelpName = "PATH",
            Recursive = true,
        };

    public Option<string?> Instance { get; } =
        new("--instance")
        {
            Description = "One of several instances, by its name in the configuration, instead of --dolibarr-conf.",
            HelpName = "NAME",
            Recursive = true,
        };

    public Option<int> Entity { get; } =
        new("--entity")
        {
            Description = "The company, for Dolibarr with the Multicompany module.",
            HelpName = "N",
            DefaultValueFactory = static _ => 1,
            Recursive = true,
        };

    public Option<bool> Json { get; } = new("--json") { Description = "Write JSON for scripts.", Recursive = true };

    public Option<bool> Reveal { get; } = new("--reveal") { Description = "Show secrets in full.", Recursive = true };

    public Option<string?> StateDirectory { get; } =
        new("--state-directory")
        {
            Description = "Directory of the refresh journal. Every process on this machine must use the same.",
            HelpName = "PATH",
            Recursive = true,
        };

    public Option<string?> Config { get; } =
        new("--config")
        {
            Description = "A JSON file with settings, such as endpoint overrides.",
            HelpName = "PATH",
            Recursive = true,
        };

    public Option<string?> LogFormat { get; } =
        new("--log-format")
        {
            Description = "How serve writes its log: text or json. Default text.",
            HelpName = "FORMAT",
            Recursive = true,
        };

    public void AddTo(Command command)
    {
        command.Options.Add(DolibarrConf);
        command.Options.Add(Instance);
        command.Options.Add(Entity);
        command.Options.Add(Json);
        command.Options.Add(Reveal);
        command.Options.Add(StateDirectory);
        command.Options.Add(Config);
        command.Options.Add(LogFormat);
    }
}
