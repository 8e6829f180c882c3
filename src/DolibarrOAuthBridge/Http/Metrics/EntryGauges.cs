// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Dolibarr.Database;
using DolibarrOAuthBridge.Dolibarr.Tokens;
using DolibarrOAuthBridge.Reports;

namespace DolibarrOAuthBridge.Http.Metrics;

/// <summary>The state of the entries for <c>/metrics</c>, read again every 15 seconds at most, however many ask.</summary>
internal sealed class EntryGauges(EntryReporter reporter, TokenTable tokens, TimeProvider time) : IDisposable
{
    private const int FirstCompany = 1;
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
            var reports = new List<EntryReport>();
            var rows = await tokens.ListAsync(cancellationToken);
            foreach (var company in rows.Select(row => row.Entity).Append(FirstCompany).Distinct().Order())
            {
                reports.AddRange(await reporter.ListAsync(company, cancellationToken));
            }

            return new EntrySnapshot(reports, IsDatabaseUp: true);
        }
        catch (Exception exception) when (exception is StoreException or BridgeException)
        {
            return new EntrySnapshot([], IsDatabaseUp: false);
        }
    }
}
