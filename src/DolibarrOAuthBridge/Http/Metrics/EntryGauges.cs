// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Dolibarr.Database;
using DolibarrOAuthBridge.Reports;

namespace DolibarrOAuthBridge.Http.Metrics;

/// <summary>The state of the entries for <c>/metrics</c>, read again every 15 seconds at most, however many ask.</summary>
internal sealed class EntryGauges(EntryReporter reporter, TimeProvider time) : IDisposable
{
    private static readonly TimeSpan GoodFor = TimeSpan.FromSeconds(15);

    private readonly SemaphoreSlim _gate = new(1);
    private (EntrySnapshot Snapshot, DateTimeOffset ReadAt)? _known;

    public async Task<EntrySnapshot> GetAsync(CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken);
        try
        {
            var now = time.GetUtcNow();
            if (_known is not { } known || now < known.ReadAt || now - known.ReadAt >= GoodFor)
            {
                _known = known = (await ReadAsync(cancellationToken), now);
            }

            return known.Snapshot;
        }
        finally
        {
            _gate.Release();
        }
    }

    public void Dispose() => _gate.Dispose();

    private async Task<EntrySnapshot> ReadAsync(CancellationToken cancellationToken)
    {
        try
        {
            return new EntrySnapshot(await reporter.ListAllAsync(cancellationToken), IsDatabaseUp: true);
        }
        catch (StoreException)
        {
            return new EntrySnapshot([], IsDatabaseUp: false);
        }
    }
}
