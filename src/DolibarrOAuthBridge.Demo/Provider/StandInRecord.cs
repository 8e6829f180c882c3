// SPDX-License-Identifier: GPL-3.0-or-later

namespace DolibarrOAuthBridge.Demo.Provider;

/// <summary>
/// One request's way into the log. Its end is noted before the client can see anything of the answer, so that whoever has
/// the answer finds it in the log.
/// </summary>
/// <param name="context">The request.</param>
/// <param name="request">What is known of it at its start.</param>
/// <param name="log">The log; null for what is not to be logged.</param>
/// <param name="timeProvider">The provider's clock.</param>
internal sealed class StandInRecord(HttpContext context, StandInRequest request, StandInRequestLog? log, TimeProvider timeProvider)
{
    private readonly long _start = timeProvider.GetTimestamp();
    private Action<string, int?, TimeSpan>? _end = log?.Begin(request);

    /// <summary>What was asked.</summary>
    public StandInRequest Request => request;

    /// <summary>What will be noted as outcome.</summary>
    public string Outcome { get; set; } = "failed";

    /// <summary>Notes the end as soon as an answer leaves.</summary>
    public void EndWithAnswer() =>
        context.Response.OnStarting(() =>
        {
            End(context.Response.StatusCode);
            return Task.CompletedTask;
        });

    /// <summary>Notes the end, unless that has happened.</summary>
    /// <param name="status">The HTTP status; null where there is no answer.</param>
    public void End(int? status) => Interlocked.Exchange(ref _end, null)?.Invoke(Outcome, status, timeProvider.GetElapsedTime(_start));
}
