// SPDX-License-Identifier: GPL-3.0-or-later

using System.Collections;

namespace DolibarrOAuthBridge.Instances;

/// <summary>
/// The log of one instance: each line begins with its name, in JSON the state has it as <c>Instance</c>, and no more lines are written
/// than the share of one instance.
/// </summary>
internal sealed class InstanceLoggers(ILoggerFactory inner, string name, TimeProvider time) : ILoggerFactory
{
    /// <summary>Lines within a <see cref="Window"/>.</summary>
    public const int MostLines = 200;

    /// <summary>The time that lines are counted over.</summary>
    public static readonly TimeSpan Window = TimeSpan.FromMinutes(1);

    private readonly Lock _gate = new();
    private long _since = time.GetTimestamp();
    private int _lines;

    public ILogger CreateLogger(string categoryName) => new Logger(inner.CreateLogger(categoryName), this);

    public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException("The log is the process's.");

    public void Dispose()
    {
        // The inner one belongs to the process.
    }

    private (bool IsAllowed, int Missing) Take()
    {
        lock (_gate)
        {
            var missing = 0;
            if (time.GetElapsedTime(_since) >= Window)
            {
                (missing, _lines, _since) = (Math.Max(0, _lines - MostLines), 0, time.GetTimestamp());
            }

            return (++_lines <= MostLines, missing);
        }
    }

    private sealed class Logger(ILogger inner, InstanceLoggers loggers) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => inner.BeginScope(state);

        public bool IsEnabled(LogLevel logLevel) => inner.IsEnabled(logLevel);

        public void Log<TState>(
            LogLevel logLevel,
            EventId eventId,
            TState state,
            Exception? exception,
            Func<TState, Exception?, string> formatter
        )
        {
            if (!inner.IsEnabled(logLevel))
            {
                return;
            }

            var (isAllowed, missing) = loggers.Take();
            if (missing > 0)
            {
                var text = $"{missing} lines were left out: this instance wrote more than {MostLines} within a minute.";
                inner.Log(LogLevel.Warning, default, new Line(loggers.Name, text, null), null, static (line, _) => line.ToString());
            }

            if (isAllowed)
            {
                var line = new Line(loggers.Name, formatter(state, exception), state as IReadOnlyList<KeyValuePair<string, object?>>);
                inner.Log(logLevel, eventId, line, exception, static (line, _) => line.ToString());
            }
        }
    }

    private string Name => name;

    private sealed class Line(string name, string message, IReadOnlyList<KeyValuePair<string, object?>>? state)
        : IReadOnlyList<KeyValuePair<string, object?>>
    {
        public int Count => (state?.Count ?? 0) + 1;

        public KeyValuePair<string, object?> this[int index] => index == 0 ? new("Instance", name) : state![index - 1];

        public IEnumerator<KeyValuePair<string, object?>> GetEnumerator() =>
            Enumerable.Range(0, Count).Select(i => this[i]).GetEnumerator();

        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

        public override string ToString() => $"[{name}] {message}";
    }
}
