using DolibarrOAuthBridge.Demo.Story;
using Spectre.Console;

if (args.Any(argument => argument is not "--keep"))
{
    await Console.Error.WriteLineAsync("Usage: dolibarr-oauth-bridge-demo [--keep]").ConfigureAwait(false);
    return 2;
}

using var interrupted = new CancellationTokenSource();
Console.CancelKeyPress += (_, pressed) =>
{
    pressed.Cancel = true;
    interrupted.Cancel();
};
AnsiConsole.Console.Profile.Width = Math.Max(AnsiConsole.Console.Profile.Width, 160);
return await DemoStory.PlayAsync(new Narrator(AnsiConsole.Console), keep: args.Contains("--keep"), interrupted.Token).ConfigureAwait(false);
