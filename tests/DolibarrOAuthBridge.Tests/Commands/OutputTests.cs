// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Commands;
using DolibarrOAuthBridge.Reports;
using DolibarrOAuthBridge.Tests.Support;
using Spectre.Console;

namespace DolibarrOAuthBridge.Tests.Commands;

public sealed class OutputTests
{
    [Theory]
    [InlineData(0, "in 0 s")]
    [InlineData(59, "in 59 s")]
    [InlineData(60, "in 1 min")]
    [InlineData(-90, "1 min ago")]
    [InlineData(7199, "in 119 min")]
    [InlineData(7200, "in 2 h")]
    [InlineData(-172799, "47 h ago")]
    [InlineData(172800, "in 2 d")]
    [InlineData(-8640000, "100 d ago")]
    public void A_time_is_told_as_people_say_it(int seconds, string told) =>
        Assert.Equal(told, Output.Relative(Make.Now.AddSeconds(seconds), Make.Now));

    [Fact]
    public void A_time_far_away_is_told_by_its_date_and_none_by_a_dash()
    {
        Assert.Equal("2040-01-02", Output.Relative(new DateTimeOffset(2040, 1, 2, 3, 4, 5, TimeSpan.Zero), Make.Now));
        Assert.Equal("-", Output.Relative(null, Make.Now));
    }

    [Theory]
    [InlineData(100)]
    [InlineData(80)]
    [InlineData(150)]
    public void Tables_fit_the_terminal_and_lose_nothing(int width)
    {
        using var screen = new StringWriter();
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Ansi = AnsiSupport.No, Out = new AnsiConsoleOutput(screen) });
        console.Profile.Width = width;
        var row = new InspectedRow
        {
            Rowid = 1234567,
            Service = "Microsoft2-Collector",
            Entity = 1,
            Entry = "MICROSOFT2-Collector",
            Storage = "AES-256-CTR",
            ExpiresAt = Make.Now,
            Modified = Make.Now.UtcDateTime,
        };

        console.Write(RowsView.Table([row], Make.Now));

        var lines = screen.ToString().TrimEnd().Split('\n');
        Assert.All(lines, line => Assert.True(line.TrimEnd().Length <= width));
        Assert.Contains("1234567", screen.ToString(), StringComparison.Ordinal);
        Assert.Contains("Refresh", screen.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a\u001b[2Jb\nc", "a\uFFFD[2Jb\uFFFDc")]
    [InlineData("a\u202eb\u200bc\u2028d", "a\uFFFDb\uFFFDc\uFFFDd")]
    [InlineData("→ grün 😀", "→ grün 😀")]
    public void What_commands_the_terminal_or_turns_text_around_does_not_reach_it(string text, string shown) =>
        Assert.Equal(shown, Output.Clean(text));
}
