// SPDX-License-Identifier: GPL-3.0-or-later

namespace DolibarrOAuthBridge.IntegrationTests.Support;

/// <summary>The present, moved as a test likes. Timers run by the real clock, so nothing hangs that waits for the database.</summary>
internal sealed class TestClock : TimeProvider
{
    private long _offset;
    private DateTimeOffset? _frozenAt;

    public void Advance(TimeSpan time) => Interlocked.Add(ref _offset, time.Ticks);

    /// <summary>From now on time passes only by <see cref="Advance"/>, so that a slow machine does not matter to the second.</summary>
    public void Freeze() => _frozenAt = base.GetUtcNow();

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => GetUtcNow().UtcTicks;

    public override DateTimeOffset GetUtcNow() => (_frozenAt ?? base.GetUtcNow()).AddTicks(Interlocked.Read(ref _offset));
}
