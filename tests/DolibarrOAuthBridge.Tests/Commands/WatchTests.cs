// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Commands;
using DolibarrOAuthBridge.Tests.Support;
using Microsoft.Extensions.Time.Testing;
using Spectre.Console;

namespace DolibarrOAuthBridge.Tests.Commands;

public sealed class WatchTests : IDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);

    private readonly FakeTimeProvider _time = new(Make.Now);
    private readonly StringWriter _screen = new();
    private readonly CancellationTokenSource _control = new();
    private readonly SemaphoreSlim _looked = new(0);
    private int _looks;

    [Fact]
    public async Task Looks_again_after_each_pause_and_not_before_and_ends_with_ctrl_c()
    {
        var watch = Watch.DrawAsync(Console(ansi: false), LookAsync, Pause, _time, _control.Token);
        await _looked.WaitAsync(TestContext.Current.CancellationToken);
        _time.Advance(Pause - TimeSpan.FromMilliseconds(1));
        Assert.Equal(1, _looks);

        await AdvanceUntilAsync(2);
        await AdvanceUntilAsync(3);
        await _control.CancelAsync();
        await watch;

        Assert.Equal(
            ["look 1", "look 2", "look 3"],
            _screen.ToString().Split('\n').Where(line => line.StartsWith("look", StringComparison.Ordinal)).Select(line => line.TrimEnd())
        );
        Assert.Contains("every 2 s", _screen.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', _screen.ToString());
    }

    [Fact]
    public async Task Draws_in_place_on_a_terminal()
    {
        var watch = Watch.DrawAsync(Console(ansi: true), LookAsync, Pause, _time, _control.Token);
        await _looked.WaitAsync(TestContext.Current.CancellationToken);
        await AdvanceUntilAsync(2);
        await _control.CancelAsync();
        await watch;

        var screen = _screen.ToString();
        var between = screen[screen.IndexOf("look 1", StringComparison.Ordinal)..screen.IndexOf("look 2", StringComparison.Ordinal)];
        Assert.Contains("\u001b[1A", between, StringComparison.Ordinal); // up again, over what was drawn
    }

    [Fact]
    public async Task Goes_on_when_the_database_is_away_for_a_moment()
    {
        var watch = Watch.DrawAsync(
            Console(ansi: false),
            async () =>
                await LookAsync() is var seen && _looks == 1
                    ? throw new BridgeException(ProblemCode.StoreUnavailable, "The database does not answer.")
                    : seen,
            Pause,
            _time,
            _control.Token
        );
        await _looked.WaitAsync(TestContext.Current.CancellationToken);
        await AdvanceUntilAsync(2);
        await _control.CancelAsync();
        await watch;

        Assert.Contains("The database does not answer.", _screen.ToString(), StringComparison.Ordinal);
        Assert.Contains("look 2", _screen.ToString(), StringComparison.Ordinal);
    }

    public void Dispose()
    {
        _control.Dispose();
        _screen.Dispose();
        _looked.Dispose();
    }

    // The timer of the next pause is made a moment after the look.
    private async Task AdvanceUntilAsync(int looks)
    {
        while (Volatile.Read(ref _looks) < looks)
        {
            _time.Advance(Pause);
            await _looked.WaitAsync(TimeSpan.FromMilliseconds(20), TestContext.Current.CancellationToken);
        }
    }

    private Task<Spectre.Console.Rendering.IRenderable> LookAsync()
    {
        var look = new Text($"look {Interlocked.Increment(ref _looks)}");
        _looked.Release();
        return Task.FromResult<Spectre.Console.Rendering.IRenderable>(look);
    }

    private IAnsiConsole Console(bool ansi)
    {
        var console = AnsiConsole.Create(
            new AnsiConsoleSettings
            {
                Ansi = ansi ? AnsiSupport.Yes : AnsiSupport.No,
                ColorSystem = ColorSystemSupport.NoColors,
                Interactive = InteractionSupport.No,
                Out = new AnsiConsoleOutput(_screen),
            }
        );
        console.Profile.Width = 80;
        return console;
    }
}
