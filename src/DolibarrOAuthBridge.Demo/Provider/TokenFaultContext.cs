// SPDX-License-Identifier: GPL-3.0-or-later

using System.Net;

namespace DolibarrOAuthBridge.Demo.Provider;

/// <summary>The request that a fault happens to.</summary>
/// <param name="Http">The request and its answer.</param>
/// <param name="Record">Its way into the log.</param>
/// <param name="TimeProvider">The provider's clock.</param>
/// <param name="Cleared">Ends when no fault is wanted any more.</param>
internal sealed record TokenFaultContext(HttpContext Http, StandInRecord Record, TimeProvider TimeProvider, CancellationToken Cleared)
{
    /// <summary>Gives a whole answer.</summary>
    public async Task AnswerAsync(HttpStatusCode status, string contentType, string body)
    {
        Http.Response.StatusCode = (int)status;
        Http.Response.ContentType = contentType;
        Http.Response.Headers.CacheControl = "no-store";
        await Http.Response.WriteAsync(body, Http.RequestAborted);
    }

    /// <summary>Gives the start of an answer and drops the connection.</summary>
    public async Task AnswerPartlyAsync(ReadOnlyMemory<byte> part, int promised)
    {
        Http.Response.ContentType = "application/json";
        Http.Response.ContentLength = promised;
        await Http.Response.Body.WriteAsync(part, Http.RequestAborted);
        await Http.Response.Body.FlushAsync(Http.RequestAborted);
        Http.Abort();
    }

    /// <summary>Drops the connection.</summary>
    public Task DropAsync()
    {
        Record.End(null);
        Http.Abort();
        return Task.CompletedTask;
    }

    /// <summary>Waits.</summary>
    /// <returns>True where the client has gone meanwhile, so that nothing is left to do.</returns>
    public Task<bool> WaitAsync(TimeSpan delay) => WaitAsync(stop => Task.Delay(delay, TimeProvider, stop));

    /// <summary>Waits for something, until the faults are cleared.</summary>
    /// <returns>True where the client has gone meanwhile, so that nothing is left to do.</returns>
    public async Task<bool> WaitAsync(Func<CancellationToken, Task> wait)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Http.RequestAborted, Cleared);
        try
        {
            await wait(stop.Token);
        }
        catch (OperationCanceledException) { }

        return Http.RequestAborted.IsCancellationRequested;
    }
}
