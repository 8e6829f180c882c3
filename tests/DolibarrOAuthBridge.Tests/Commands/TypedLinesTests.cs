// SPDX-License-Identifier: GPL-3.0-or-later

using System.Collections.Concurrent;
using DolibarrOAuthBridge.Commands;

namespace DolibarrOAuthBridge.Tests.Commands;

public sealed class TypedLinesTests
{
    [Fact]
    public async Task Ctrl_C_ends_the_wait_and_the_line_goes_to_whoever_asks_next()
    {
        using var person = new Person();
        var lines = new TypedLines(person);
        using var stop = new CancellationTokenSource();
        var waiting = lines.ReadAsync(stop.Token);

        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        var next = lines.ReadAsync(TestContext.Current.CancellationToken);
        person.Type("ada@example.com");
        person.Type("and more");
        Assert.Equal("ada@example.com", await next);
        Assert.Equal("and more", await lines.ReadAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task An_input_that_ended_stays_so()
    {
        var lines = new TypedLines(new StringReader("one"));

        Assert.Equal("one", await lines.ReadAsync(TestContext.Current.CancellationToken));
        Assert.Null(await lines.ReadAsync(TestContext.Current.CancellationToken));
        Assert.Null(await lines.ReadAsync(TestContext.Current.CancellationToken));
    }

    /// <summary>A terminal: it gives a line when somebody types one, and a read of it cannot be cancelled.</summary>
    private sealed class Person : TextReader
    {
        private readonly BlockingCollection<string> _typed = [];

        public void Type(string line) => _typed.Add(line);

        public override string? ReadLine() => _typed.TryTake(out var line, Timeout.Infinite) ? line : null;

        protected override void Dispose(bool disposing)
        {
            _typed.CompleteAdding();
            base.Dispose(disposing);
        }
    }
}
