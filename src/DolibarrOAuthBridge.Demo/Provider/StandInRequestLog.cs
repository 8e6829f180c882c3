// SPDX-License-Identifier: GPL-3.0-or-later

namespace DolibarrOAuthBridge.Demo.Provider;

/// <summary>What the stand-in provider was asked, in order of arrival. May be used from any thread.</summary>
public sealed class StandInRequestLog
{
    private readonly ObservedList<Entry> _entries = new();

    /// <summary>Every request so far, those under way included.</summary>
    public IReadOnlyList<StandInRequest> All => [.. _entries.Snapshot().Select(entry => entry.Request)];

    /// <summary>How many refreshes arrived.</summary>
    public int RefreshCount => Count(request => request.IsRefresh);

    /// <summary>How many refreshes were answered with tokens.</summary>
    public int RefreshesGranted => Count(request => request.IsRefresh && request.Outcome == StandInRequest.Ok);

    /// <summary>How many requests arrived at the token endpoint.</summary>
    public int TokenRequestCount => Count(request => request.Endpoint == StandInEndpoint.Token);

    /// <summary>How many requests are like this.</summary>
    public int Count(Func<StandInRequest, bool> predicate) => All.Count(predicate);

    /// <summary>Waits until there has been a request like this, one of before the call included.</summary>
    public async Task<StandInRequest> WaitForAsync(Func<StandInRequest, bool> predicate, CancellationToken cancellationToken = default)
    {
        var entries = await _entries.WaitAsync(entries => entries.Any(entry => predicate(entry.Request)), cancellationToken);
        return entries.First(entry => predicate(entry.Request)).Request;
    }

    /// <summary>Forgets everything so far.</summary>
    public void Clear() => _entries.Clear();

    /// <summary>Notes a request that has arrived.</summary>
    /// <returns>Notes its end.</returns>
    internal Action<string, int?, TimeSpan> Begin(StandInRequest request)
    {
        var entry = new Entry(request);
        _entries.Add(entry);
        return (outcome, status, duration) =>
            _entries.Replace(entry, new Entry(request with { Outcome = outcome, Status = status, Duration = duration }));
    }

    // Compared by reference: two requests may well be equal.
    private sealed class Entry(StandInRequest request)
    {
        public StandInRequest Request { get; } = request;
    }
}
