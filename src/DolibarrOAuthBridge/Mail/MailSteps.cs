// SPDX-License-Identifier: GPL-3.0-or-later

namespace DolibarrOAuthBridge.Mail;

/// <summary>One step of a check and what came of it.</summary>
/// <param name="Name"><c>settings</c>, <c>token</c>, <c>connect</c>, <c>greeting</c>, <c>starttls</c>, <c>tls</c>,
/// <c>authenticate</c>, <c>list</c>, <c>open</c> or <c>send</c>.</param>
/// <param name="Ok">Whether it went well.</param>
/// <param name="Detail">What was found, or what went wrong and what to do. Never holds a token.</param>
/// <param name="Ms">How long it took, in milliseconds.</param>
public sealed record MailStep(string Name, bool Ok, string Detail, long Ms);

/// <summary>Runs the steps of a check and records each with its time, up to the first that fails.</summary>
internal sealed class MailSteps(TimeProvider time)
{
    private readonly List<MailStep> _steps = [];

    /// <summary>The steps so far.</summary>
    public IReadOnlyList<MailStep> All => _steps;

    /// <summary>The code of the step that failed; null if none did.</summary>
    public string? FailureCode { get; private set; }

    /// <summary>Does a step.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="work">Does it and says what was found.</param>
    /// <param name="explain">Says what an exception means; null lets it through.</param>
    /// <returns>False if it failed.</returns>
    public async Task<bool> TryAsync(string name, Func<Task<string>> work, Func<Exception, MailRefusal?> explain)
    {
        var start = time.GetTimestamp();
        MailRefusal? failure = null;
        string detail;
        try
        {
            detail = await work();
        }
        catch (Exception exception) when ((failure = explain(exception)) is not null)
        {
            detail = failure.Advice;
            FailureCode = failure.Code;
        }

        _steps.Add(new MailStep(name, failure is null, detail, (long)time.GetElapsedTime(start).TotalMilliseconds));
        return failure is null;
    }
}
