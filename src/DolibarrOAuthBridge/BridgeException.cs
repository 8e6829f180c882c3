// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Dolibarr.Database;

namespace DolibarrOAuthBridge;

/// <summary>A failure that a caller is told: a stable code and a sentence that says what to do. Never holds a secret.</summary>
internal sealed class BridgeException : Exception
{
    /// <summary>Creates a failure.</summary>
    /// <param name="code">One of <see cref="ProblemCode"/>.</param>
    /// <param name="message">What happened and what to do.</param>
    /// <param name="retryAfter">When it makes sense to try again; null if unknown.</param>
    /// <param name="innerException">The cause, for the log.</param>
    public BridgeException(string code, string message, TimeSpan? retryAfter = null, Exception? innerException = null)
        : base(message, innerException)
    {
        Code = code;
        RetryAfter = retryAfter;
    }

    /// <summary>One of <see cref="ProblemCode"/>.</summary>
    public string Code { get; }

    /// <summary>When it makes sense to try again; null if unknown.</summary>
    public TimeSpan? RetryAfter { get; }

    /// <summary>
    /// For <see cref="ProblemCode.IdentityRejected"/>, which check failed; for a consent that was cancelled, <c>cancelled</c>; else
    /// null.
    /// </summary>
    public string? Reason { get; init; }

    /// <summary>What callers are told of either kind of failure.</summary>
    /// <param name="exception">A <see cref="BridgeException"/> or a <see cref="StoreException"/>.</param>
    public static BridgeException Of(Exception exception) =>
        exception is StoreException failure ? From(failure) : (BridgeException)exception;

    /// <summary>A failure of the database as callers are told it.</summary>
    public static BridgeException From(StoreException exception)
    {
        return exception.Failure == StoreFailure.NotWritable || exception.Failure == StoreFailure.Busy
            ? new BridgeException(
                ProblemCode.StoreNotWritable,
                exception.Message + " No refresh token was spent.",
                TimeSpan.FromSeconds(10),
                exception
            )
            : new BridgeException(ProblemCode.StoreUnavailable, exception.Message, TimeSpan.FromSeconds(5), exception);
    }
}
