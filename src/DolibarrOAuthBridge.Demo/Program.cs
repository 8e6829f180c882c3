// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Demo.Hosting;
using DolibarrOAuthBridge.Demo.Session;
using DolibarrOAuthBridge.Demo.Story;
using Spectre.Console;

if (args is not ([] or ["--keep"] or ["--session"] or ["--hosting"]))
{
    await Console.Error.WriteLineAsync(
        $"""
        Usage: dolibarr-oauth-bridge-demo [--keep | --session | --hosting]
        With --hosting it plays a hosting machine with twenty Dolibarrs.
        With --session it prints the stage's addresses as JSON and answers commands until standard input ends:
        {StageSession.Usage}
        """
    );
    return 2;
}

using var interrupted = new CancellationTokenSource();
Console.CancelKeyPress += (_, pressed) =>
{
    pressed.Cancel = true;
    interrupted.Cancel();
};
if (args.Contains("--session"))
{
    return await StageSession.RunAsync(Console.In, Console.Out, interrupted.Token);
}

AnsiConsole.Console.Profile.Width = Math.Max(AnsiConsole.Console.Profile.Width, 160);
if (args.Contains("--hosting"))
{
    return await HostingStory.PlayAsync(new Narrator(AnsiConsole.Console), interrupted.Token);
}

return await DemoStory.PlayAsync(new Narrator(AnsiConsole.Console), keep: args.Contains("--keep"), interrupted.Token);
