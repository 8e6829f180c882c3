// SPDX-License-Identifier: GPL-3.0-or-later

namespace DolibarrOAuthBridge.Demo.Provider;

/// <summary>Holds one request to the token endpoint until it is released, so that a test decides what happens meanwhile.</summary>
public sealed class TokenFaultGate
{
    private readonly TaskCompletionSource _arrived = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _released = new(TaskCreationOptions.RunContinuationsAsynchronously);

    internal TokenFaultGate() { }

    /// <summary>Completes when the request has come to the gate.</summary>
    public Task Arrived => _arrived.Task;

    /// <summary>Lets the request go on.</summary>
    public void Release() => _released.TrySetResult();

    internal Task<bool> HoldAsync(TokenFaultContext context)
    {
        _arrived.TrySetResult();
        return context.WaitAsync(_released.Task.WaitAsync);
    }
}
