// SPDX-License-Identifier: GPL-3.0-or-later

using System.Data.Common;
using DolibarrOAuthBridge.Grants;

namespace DolibarrOAuthBridge.Tokens;

/// <summary>What was odd about a provider's answer that was stored all the same.</summary>
internal sealed partial class AnswerOddities(EventTable events, ILogger<AnswerOddities> logger)
{
    /// <summary>Says it in the log and, within the caller's transaction, in the audit trail.</summary>
    /// <param name="connection">The caller's connection.</param>
    /// <param name="transaction">The caller's transaction.</param>
    /// <param name="key">The grant.</param>
    /// <param name="answered">What the answer brought.</param>
    /// <param name="value">What of it is stored.</param>
    /// <param name="cancellationToken">Cancels the statements.</param>
    public async Task SayAsync(
        DbConnection connection,
        DbTransaction transaction,
        GrantKey key,
        AnsweredToken answered,
        EncodedToken value,
        CancellationToken cancellationToken
    )
    {
        if (answered.IsSalvaged)
        {
            Log.Salvaged(logger, key.Service, key.Entity);
            await events.AppendAsync(
                connection,
                transaction,
                key,
                EventKind.AnswerSalvaged,
                "the provider's answer was not well-formed; its tokens were picked out of it",
                cancellationToken
            );
        }

        if (value.LeftOut is { } leftOut)
        {
            Log.Cut(logger, key.Service, key.Entity, leftOut);
            await events.AppendAsync(connection, transaction, key, EventKind.AnswerCut, $"left out: {leftOut}", cancellationToken);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(
            1,
            LogLevel.Error,
            "The provider's answer for {Service} (entity {Entity}) was not well-formed; its tokens were picked out of it and stored."
        )]
        public static partial void Salvaged(ILogger logger, string service, int entity);

        [LoggerMessage(
            2,
            LogLevel.Error,
            "The provider's answer for {Service} (entity {Entity}) does not fit into the token table; left out: {LeftOut}."
        )]
        public static partial void Cut(ILogger logger, string service, int entity, string leftOut);
    }
}
