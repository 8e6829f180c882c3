// SPDX-License-Identifier: GPL-3.0-or-later

using System.Text;
using System.Text.Json.Nodes;
using DolibarrOAuthBridge.Dolibarr.Database;
using DolibarrOAuthBridge.Dolibarr.Entries;
using DolibarrOAuthBridge.Dolibarr.Tokens;
using DolibarrOAuthBridge.Grants;
using DolibarrOAuthBridge.Journal;
using DolibarrOAuthBridge.Metrics;
using DolibarrOAuthBridge.Providers;

namespace DolibarrOAuthBridge.Tokens;

/// <summary>
/// Spends a refresh token in the order that loses nothing: journal file, announcement in the database, the provider's answer on disk
/// byte for byte, parsing, the row, removal of the file.
/// </summary>
internal sealed partial class JournaledRefresh(
    RefreshJournal journal,
    RefreshCall call,
    RowValue values,
    GrantCommitter committer,
    GrantReader reader,
    TimeProvider time,
    ILogger<JournaledRefresh> logger
)
{
    /// <summary>Asks the provider and stores what it answers.</summary>
    /// <returns>The refreshed grant, null where the answer brought none; the answer; and whether it brought an access token. Where it
    /// brought only a refresh token, that one is stored and the grant has the access token from before.</returns>
    /// <exception cref="BridgeException">Nothing was asked: the journal cannot be written, the lease was lost, or the endpoint is not
    /// configured. Or the row was deleted meanwhile.</exception>
    public async Task<(StoredGrant? Grant, TokenAnswer Answer, bool HasAccessToken)> RunAsync(
        OAuthEntry entry,
        GrantState state,
        GrantLease lease
    )
    {
        var intent = new JournalRecord
        {
            Instance = journal.Instance,
            Service = lease.Key.Service,
            Entity = lease.Key.Entity,
            Owner = lease.Owner,
            RowId = state.Grant.Row.RowId,
            OldValueHash = SecretHash.Of(state.Grant.Row.Value)!,
            OldRefreshHash = state.Grant.RefreshHash,
            GrantedAt = state.Record.GrantedAt,
        };
        using var file = journal.Begin(intent);
        JournalRecord? answered = null;
        try
        {
            if (!await lease.AnnounceAsync(state.Grant.RefreshHash, state.Grant.Row.RowId))
            {
                throw new BridgeException(
                    ProblemCode.StoreNotWritable,
                    $"Another process took over the refresh of {entry.Name}. Try again.",
                    TimeSpan.FromSeconds(1)
                );
            }

            CrashPoint.Reach("announced");
            var answer = await call.SendAsync(entry, state.Grant, body => answered = Keep(file, intent, state.Grant, body));
            CrashPoint.Reach("parsed");
            answer = RenewedIdentity.Check(state.Grant.Token, answer);
            if (answered is null && answer is TokenAnswer.Issued issued)
            {
                answered = Keep(file, intent, state.Grant, Body(issued.Response)); // not from a token endpoint of our own
            }

            if (
                answered is null
                || answer is TokenAnswer.Refused { Error: RenewedIdentity.Changed }
                || values.Read(answered, entry.Name) is not { } read
            )
            {
                answered = null;
                return (null, answer, false);
            }

            BridgeMeter.RefreshAnswered(entry, answer);
            return (await StoreAsync(entry, state.Grant, answered, file, lease), answer, read.HasAccessToken);
        }
        finally
        {
            if (answered is null)
            {
                file.Remove(); // without an answer there is nothing to keep
            }
            else if (File.Exists(file.FilePath))
            {
                lease.Keep(); // the answer is only in the journal
            }
        }
    }

    private JournalRecord Keep(JournalFile file, JournalRecord intent, StoredGrant grant, byte[] body)
    {
        CrashPoint.Reach("answer-received");
        var record = intent with { Body = body, At = time.GetUtcNow().UtcDateTime, Previous = StoredTokenFormat.Serialize(grant.Token) };
        try
        {
            file.WriteAnswer(record);
        }
        catch (IOException)
        {
            // The whole of it does not fit, or the disk fails: at least the tokens.
            record = record with { Body = AnswerSalvage.Compact(body) };
            try
            {
                file.WriteAnswer(record);
            }
            catch (IOException exception)
            {
                Log.NotJournaled(logger, exception, intent.Service, intent.Entity); // all the more must the database have it
            }
        }

        CrashPoint.Reach("answer-journaled");
        return record;
    }

    private async Task<StoredGrant> StoreAsync(
        OAuthEntry entry,
        StoredGrant grant,
        JournalRecord answered,
        JournalFile file,
        GrantLease lease
    )
    {
        try
        {
            var outcome = await committer.CommitAsync(answered, EventKind.Refreshed);
            CrashPoint.Reach("stored");
            file.Remove();
            CrashPoint.Reach("forgotten");
            Log.Refreshed(logger, entry.Name.Service, entry.Entity, outcome);
            return outcome == CommitOutcome.RowGone
                ? throw new BridgeException(
                    ProblemCode.TokenNotFound,
                    $"The token of {entry.Name} was deleted while it was refreshed, and stays deleted."
                )
                : await reader.ReadAsync(entry);
        }
        catch (StoreException exception)
        {
            // The answer is safe in the journal and the access token is good: the caller's mail need not wait for the database.
            Log.NotYetStored(logger, entry.Name.Service, entry.Entity, exception.Message);
            return grant.With(values.Read(answered, entry.Name)!.Token, isStored: false);
        }
    }

    private static byte[] Body(TokenResponse response) =>
        Encoding.UTF8.GetBytes(
            new JsonObject
            {
                ["access_token"] = response.AccessToken,
                ["token_type"] = "Bearer",
                ["expires_in"] = response.ExpiresIn,
            }.ToJsonString()
        );

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "Refreshed {Service} (entity {Entity}): {Outcome}.")]
        public static partial void Refreshed(ILogger logger, string service, int entity, CommitOutcome outcome);

        [LoggerMessage(2, LogLevel.Error, "The refreshed grant of {Service} (entity {Entity}) waits in the journal: {Reason}")]
        public static partial void NotYetStored(ILogger logger, string service, int entity, string reason);

        [LoggerMessage(3, LogLevel.Error, "The provider's answer for {Service} (entity {Entity}) could not be written to the journal.")]
        public static partial void NotJournaled(ILogger logger, Exception exception, string service, int entity);
    }
}
