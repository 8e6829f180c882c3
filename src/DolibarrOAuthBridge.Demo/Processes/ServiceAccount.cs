// SPDX-License-Identifier: GPL-3.0-or-later

using System.Globalization;

namespace DolibarrOAuthBridge.Demo.Processes;

/// <summary>The account that servers run as. Root gives them another one, for they do not run as root.</summary>
/// <param name="Name">The account's name.</param>
/// <param name="UserId">Its number.</param>
/// <param name="GroupId">The number of its group.</param>
/// <param name="IsOther">Whether it is not the account of this process.</param>
internal sealed record ServiceAccount(string Name, int UserId, int GroupId, bool IsOther)
{
    private const string Nobody = "nobody";

    /// <summary>The account of this process; for root the first of the given ones that exists, else <c>nobody</c>.</summary>
    public static ServiceAccount Find(params IEnumerable<string> names)
    {
        var isRoot = Environment.IsPrivilegedProcess;
        var accounts = File.ReadLines("/etc/passwd").Select(line => line.Split(':')).Where(fields => fields.Length > 3).ToList();
        return (isRoot ? names.Append(Nobody) : [Environment.UserName])
            .Select(name => accounts.FirstOrDefault(fields => fields[0] == name))
            .OfType<string[]>()
            .Select(fields => new ServiceAccount(fields[0], Number(fields[2]), Number(fields[3]), isRoot))
            .FirstOrDefault()
            ?? throw new InvalidOperationException($"/etc/passwd does not know {(isRoot ? Nobody : Environment.UserName)}.");
    }

    /// <summary>A command line that runs a program as this account.</summary>
    public (string Program, IEnumerable<string> Arguments) CommandLine(string program, IEnumerable<string> arguments) =>
        IsOther
            ? ("setpriv", [$"--reuid={UserId}", $"--regid={GroupId}", "--clear-groups", "--", program, .. arguments])
            : (program, arguments);

    /// <summary>Gives a directory and what is in it to the account.</summary>
    public Task HandOverAsync(string directory, CancellationToken cancellationToken) =>
        IsOther ? Command.RunAsync("chown", ["-R", $"{UserId}:{GroupId}", directory], cancellationToken) : Task.CompletedTask;

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);
}
