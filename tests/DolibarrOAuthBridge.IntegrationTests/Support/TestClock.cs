namespace DolibarrOAuthBridge.IntegrationTests.Support;

/// <summary>The present, moved as a test likes. Timers run by the real clock, so nothing hangs that waits for the database.</summary>
internal sealed class TestClock : TimeProvider
{
    private long _offset;

    public void Advance(TimeSpan time) => Interlocked.Add(ref _offset, time.Ticks);

    public override DateTimeOffset GetUtcNow() => base.GetUtcNow().AddTicks(Interlocked.Read(ref _offset));
}
