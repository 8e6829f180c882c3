// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Instances;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace DolibarrOAuthBridge.Tests.Http;

/// <summary>What one instance may write into the log that all have in common.</summary>
public sealed class InstanceLoggersTests
{
    [Fact]
    public void An_instance_that_writes_too_much_is_cut_short_and_the_others_are_not()
    {
        var clock = new FakeTimeProvider();
        using var log = new Lines();
        using var noisy = new InstanceLoggers(log, "noisy", clock);
        using var quiet = new InstanceLoggers(log, "quiet", clock);

        for (var line = 0; line < InstanceLoggers.MostLines + 300; line++)
        {
            Write(noisy, "again");
        }

        Write(quiet, "hello");
        Assert.Equal(InstanceLoggers.MostLines, log.Written.Count(static line => line == "[noisy] again"));
        Assert.Equal("[quiet] hello", log.Written[^1]);

        clock.Advance(InstanceLoggers.Window);
        Write(noisy, "later");
        Assert.StartsWith("[noisy] 300 lines were left out", log.Written[^2], StringComparison.Ordinal);
        Assert.Equal("[noisy] later", log.Written[^1]);
    }

    private static void Write(InstanceLoggers loggers, string line) =>
        loggers.CreateLogger("any").Log(LogLevel.Information, default, line, null, static (text, _) => text);

    private sealed class Lines : ILoggerFactory, ILogger
    {
        public List<string> Written { get; } = [];

        public ILogger CreateLogger(string categoryName) => this;

        public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel,
            EventId eventId,
            TState state,
            Exception? exception,
            Func<TState, Exception?, string> formatter
        ) => Written.Add(formatter(state, exception));

        public void Dispose()
        {
            // Nothing to close.
        }
    }
}
