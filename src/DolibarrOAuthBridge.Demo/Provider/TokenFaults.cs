namespace DolibarrOAuthBridge.Demo.Provider;

/// <summary>What goes wrong next at the token endpoint, one fault per request, first in first out. May be used from any thread.</summary>
public sealed class TokenFaults
{
    /// <summary>How many faults have not happened yet.</summary>
    public int Pending => throw new NotImplementedException();

    /// <summary>Lets the next requests go wrong.</summary>
    /// <param name="fault">How.</param>
    /// <param name="times">How many requests.</param>
    public void Next(TokenFault fault, int times = 1) => throw new NotImplementedException();

    /// <summary>Lets every request go wrong once the planned faults have happened; null ends that.</summary>
    public void Always(TokenFault? fault) => throw new NotImplementedException();

    /// <summary>Holds the next request before it reaches the real endpoint.</summary>
    public TokenFaultGate HoldNext() => throw new NotImplementedException();

    /// <summary>Holds the next request after the tokens have been issued and before the answer leaves.</summary>
    public TokenFaultGate HoldNextAnswer() => throw new NotImplementedException();

    /// <summary>Nothing goes wrong any more, requests that are held or hang included: they go on.</summary>
    public void Clear() => throw new NotImplementedException();
}
