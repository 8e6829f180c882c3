// SPDX-License-Identifier: GPL-3.0-or-later

namespace DolibarrOAuthBridge.Demo.Hosting;

/// <summary>One of a host's Dolibarrs.</summary>
/// <param name="Name">The instance's name.</param>
/// <param name="ConfPath">Its conf.php.</param>
/// <param name="Database">Its database.</param>
/// <param name="Prefix">The prefix of its tables.</param>
/// <param name="User">Its database account.</param>
/// <param name="ApiKey">What its module sends.</param>
/// <param name="AccessToken">The token of its entries, with the entry's number behind.</param>
public sealed record HostedDolibarr(
    string Name,
    string ConfPath,
    string Database,
    string Prefix,
    string User,
    string ApiKey,
    string AccessToken
)
{
    /// <summary>The entry with a number, from 0.</summary>
    public static string Entry(int number) => $"GOOGLE-Mail{number}";

    /// <summary>The token of the entry with a number.</summary>
    public string Token(int number) => $"{AccessToken}-{number}";
}
