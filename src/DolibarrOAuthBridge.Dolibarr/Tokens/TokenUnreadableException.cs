// SPDX-License-Identifier: GPL-3.0-or-later

namespace DolibarrOAuthBridge.Dolibarr.Tokens;

/// <summary>A stored token that cannot be read. The message names the likely cause in plain words and holds nothing of the value.</summary>
public sealed class TokenUnreadableException : Exception
{
    /// <summary>Creates the error.</summary>
    /// <param name="reason">Why the token cannot be read.</param>
    /// <param name="problem">The likely cause, as whole sentences.</param>
    /// <param name="advice">What to do, as whole sentences.</param>
    /// <param name="innerException">The error beneath.</param>
    public TokenUnreadableException(TokenUnreadableReason reason, string problem, string advice, Exception? innerException = null)
        : base($"{problem} {advice}", innerException) => (Reason, Problem, Advice) = (reason, problem, advice);

    /// <summary>Why the token cannot be read.</summary>
    public TokenUnreadableReason Reason { get; }

    /// <summary>The likely cause.</summary>
    public string Problem { get; }

    /// <summary>What to do.</summary>
    public string Advice { get; }
}
