// SPDX-License-Identifier: GPL-3.0-or-later

namespace DolibarrOAuthBridge.Mail;

/// <summary>Takes down the steps of a check with their times, up to the first that fails.</summary>
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
    /// <param name="explain">Says what an exception means; one that it does not know is thrown on.</param>
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
