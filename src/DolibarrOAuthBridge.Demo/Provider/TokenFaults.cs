// SPDX-License-Identifier: GPL-3.0-or-later

namespace DolibarrOAuthBridge.Demo.Provider;

/// <summary>What goes wrong next at the token endpoint, one fault per request, first in first out. May be used from any thread.</summary>
public sealed class TokenFaults : IDisposable
{
    private readonly Lock _lock = new();
    private readonly Queue<TokenFault> _planned = new();
    private CancellationTokenSource _cleared = new();
    private TokenFault? _always;

    internal TokenFaults() { }

    /// <summary>How many faults have not happened yet.</summary>
    public int Pending
    {
        get
        {
            lock (_lock)
            {
                return _planned.Count;
            }
        }
    }

    /// <summary>Lets the next requests go wrong.</summary>
    /// <param name="fault">How.</param>
    /// <param name="times">How many requests.</param>
    public void Next(TokenFault fault, int times = 1)
    {
        ArgumentNullException.ThrowIfNull(fault);
        lock (_lock)
        {
            for (var i = 0; i < times; i++)
            {
                _planned.Enqueue(fault);
            }
        }
    }

    /// <summary>Lets every request go wrong once the planned faults have happened; null ends that.</summary>
    public void Always(TokenFault? fault)
    {
        lock (_lock)
        {
            _always = fault;
        }
    }

    /// <summary>Holds the next request before it reaches the real endpoint.</summary>
    public TokenFaultGate HoldNext()
    {
        var gate = new TokenFaultGate();
        Next(TokenFault.HoldBefore(gate));
        return gate;
    }

    /// <summary>Holds the next request after the tokens have been issued and before the answer leaves.</summary>
    public TokenFaultGate HoldNextAnswer()
    {
        var gate = new TokenFaultGate();
        Next(TokenFault.HoldAfter(gate));
        return gate;
    }

    /// <summary>Nothing goes wrong any more. Requests that are held, delayed or hang go on to the real endpoint.</summary>
    public void Clear()
    {
        CancellationTokenSource cleared;
        lock (_lock)
        {
            _planned.Clear();
            _always = null;
            cleared = _cleared;
            _cleared = new CancellationTokenSource();
        }

        cleared.Cancel();
        cleared.Dispose();
    }

    /// <inheritdoc />
    public void Dispose()
    {
        _cleared.Cancel();
        _cleared.Dispose();
    }

    /// <summary>What happens to the request that has just come, and what ends it.</summary>
    internal (TokenFault? Fault, CancellationToken Cleared) Take()
    {
        lock (_lock)
        {
            return (_planned.TryDequeue(out var fault) ? fault : _always, _cleared.Token);
        }
    }
}
