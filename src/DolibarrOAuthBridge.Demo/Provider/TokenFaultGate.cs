namespace DolibarrOAuthBridge.Demo.Provider;

/// <summary>Holds one request to the token endpoint until it is released, so that a test decides what happens meanwhile.</summary>
public sealed class TokenFaultGate
{
    /// <summary>Completes when the request has arrived.</summary>
    public Task Arrived => throw new NotImplementedException();

    /// <summary>Lets the request go on.</summary>
    public void Release() => throw new NotImplementedException();
}
