// SPDX-License-Identifier: GPL-3.0-or-later

using Spectre.Console;

namespace DolibarrOAuthBridge.Demo.Story;

/// <summary>Tells the demo: chapters, and steps with their outcome and time as they happen.</summary>
public sealed class Narrator(IAnsiConsole console)
{
    /// <summary>Begins a chapter.</summary>
    public void Chapter(string title)
    {
        console.WriteLine();
        console.MarkupLineInterpolated($"[bold]{title}[/]");
    }

    /// <summary>Plays a story and says how it ended. What it started must be gone by then, however it ends.</summary>
    /// <param name="play">Plays it.</param>
    /// <returns>The exit status.</returns>
    public async Task<int> PlayAsync(Func<Task> play)
    {
        ArgumentNullException.ThrowIfNull(play);
        var start = TimeProvider.System.GetTimestamp();
        try
        {
            await play();
            Chapter($"Done in {TimeProvider.System.GetElapsedTime(start).TotalSeconds:0.0} s. Nothing is left behind.");
            return 0;
        }
        catch (StoryFailedException)
        {
            return 1;
        }
        catch (OperationCanceledException)
        {
            Chapter("Interrupted. Nothing is left behind.");
            return 1;
        }
    }

    /// <summary>Does a step and says what came of it.</summary>
    /// <param name="what">What is done.</param>
    /// <param name="work">Does it and says the outcome in a few words.</param>
    public async Task StepAsync(string what, Func<Task<string>> work)
    {
        ArgumentNullException.ThrowIfNull(work);
        var start = TimeProvider.System.GetTimestamp();
        try
        {
            var outcome = await work();
            var time = TimeProvider.System.GetElapsedTime(start);
            console.MarkupLineInterpolated($"  [green]✓[/] {what}: [bold]{outcome}[/] [grey]({Format(time)})[/]");
        }
        catch (Exception exception)
        {
            console.MarkupLineInterpolated(
                $"  [red]✗[/] {what}: {exception.Message} [grey]({Format(TimeProvider.System.GetElapsedTime(start))})[/]"
            );
            throw new StoryFailedException(what, exception);
        }
    }

    /// <summary>Shows something that was printed, indented.</summary>
    public void Show(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        foreach (var line in text.Split('\n').Select(line => line.TrimEnd()).Where(line => line.Length > 0))
        {
            console.MarkupLineInterpolated($"    [grey]│[/] {line}");
        }
    }

    /// <summary>Fails the step under way unless something is as it must be.</summary>
    /// <exception cref="InvalidOperationException">It is not.</exception>
    public static void Require(bool condition, string otherwise)
    {
        if (!condition)
        {
            throw new InvalidOperationException(otherwise);
        }
    }

    private static string Format(TimeSpan time) => time.TotalSeconds < 1 ? $"{time.TotalMilliseconds:0} ms" : $"{time.TotalSeconds:0.0} s";
}
