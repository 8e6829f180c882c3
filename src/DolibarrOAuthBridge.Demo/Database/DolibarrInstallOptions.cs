// SPDX-License-Identifier: GPL-3.0-or-later

namespace DolibarrOAuthBridge.Demo.Database;

/// <summary>What a scratch Dolibarr looks like to the bridge.</summary>
public sealed record DolibarrInstallOptions
{
    /// <summary>The key under which Dolibarr 22.0.4 wrote the golden rows.</summary>
    public const string GoldenKey = "84b5bc91f83b56e458db71e0adac2b62";

    /// <summary>The database; made if need be.</summary>
    public string Database { get; init; } = "dolibarr";

    /// <summary>The prefix of the tables.</summary>
    public string Prefix { get; init; } = "llx_";

    /// <summary>The account in conf.php; made if need be.</summary>
    public string User { get; init; } = "dolibarr";

    /// <summary>The account's password; null for a random one.</summary>
    public string? Password { get; init; }

    /// <summary>What the account may do; null for everything in its database, as Dolibarr's installer grants.</summary>
    public IReadOnlyList<string>? Grants { get; init; }

    /// <summary>Whether the golden tables and rows are loaded.</summary>
    public bool LoadGolden { get; init; } = true;

    /// <summary><c>$dolibarr_main_instance_unique_id</c>.</summary>
    public string Key { get; init; } = GoldenKey;

    /// <summary>The release by whose rule values are encrypted with <see cref="Key"/>; null for one before 24.</summary>
    public string? Release { get; init; }

    /// <summary><c>$dolibarr_main_url_root</c>.</summary>
    public Uri UrlRoot { get; init; } = new("http://localhost/dolibarr");

    /// <summary>More lines of PHP at the end of conf.php.</summary>
    public IReadOnlyList<string> MoreConf { get; init; } = [];
}
