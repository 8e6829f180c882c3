// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Consents;
using DolibarrOAuthBridge.Dolibarr.Configuration;
using DolibarrOAuthBridge.Dolibarr.Database;
using DolibarrOAuthBridge.Dolibarr.Entries;
using DolibarrOAuthBridge.Entries;
using DolibarrOAuthBridge.Grants;
using DolibarrOAuthBridge.Providers;
using DolibarrOAuthBridge.Tokens;

namespace DolibarrOAuthBridge.Login;

/// <summary>
/// Sign-ins of people to Dolibarr, from the button to the identity. What is under way lives with the caller; the table of consents
/// remembers, under a flow of its own, only the states that were answered: a state is good for one answer, whatever comes of it.
/// </summary>
internal sealed partial class LoginFlow(
    EntryDirectory entries,
    RelyingParty relyingParty,
    LoginContinuations continuations,
    LoginQuota quota,
    ConsentTable table,
    SecretGuard guard,
    EventTable events,
    DolibarrConf conf,
    TimeProvider time,
    ILogger<LoginFlow> logger
)
{
    /// <summary>The label of the entries that people sign in with, as Dolibarr's own code has it.</summary>
    public const string Label = "Login";

    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(10);

    /// <summary>Begins a sign-in.</summary>
    /// <param name="entryName">An entry or service name.</param>
    /// <param name="entity">The company.</param>
    /// <param name="options">What the caller says about it.</param>
    /// <param name="cancellationToken">Cancels it.</param>
    /// <exception cref="BridgeException">Nobody can sign in with this entry now; the message says why.</exception>
    public async Task<LoginStart> BeginAsync(
        string entryName,
        int entity,
        LoginOptions options,
        CancellationToken cancellationToken = default
    )
    {
        quota.Take(options.SessionKey ?? options.SessionBinding, options.ClientAddress);
        var entry = await entries.GetAsync(entryName, entity, cancellationToken);
        if (!AsciiName.AreSame(entry.Name.Label, Label))
        {
            throw new BridgeException(
                ProblemCode.InvalidRequest,
                $"Nobody signs in with {entry.Name}: that is for the entries labelled {Label}, such as {entry.Name.Provider.Key}-{Label}."
            );
        }

        var provider = await relyingParty.ProviderAsync(entry, cancellationToken);
        var state = AuthorizationSecrets.New();
        var pending = new PendingLogin
        {
            Entry = entry.Name.ToString(),
            Entity = entry.Entity,
            Issuer = provider.Issuer,
            AuthorizationEndpoint = provider.AuthorizationEndpoint,
            TokenEndpoint = provider.TokenEndpoint,
            ClientId = entry.ClientId,
            RedirectUri = RedirectUriPolicy.Choose(entry, conf, options.RedirectUri),
            Nonce = AuthorizationSecrets.New(),
            BindingHash = SecretHash.Of(options.SessionBinding)!,
            StateHash = SecretHash.Of(state)!,
            ExpiresAt = time.GetUtcNow() + Lifetime,
        };
        return new LoginStart(RelyingParty.AuthorizationUrl(entry, pending, state, options.LoginHint), state, continuations.Seal(pending));
    }

    /// <summary>Finishes a sign-in with what the browser brought back.</summary>
    /// <param name="answer">What the browser brought.</param>
    /// <param name="continuation">What <see cref="BeginAsync"/> gave to the caller.</param>
    /// <param name="entity">The company that the answer came to.</param>
    /// <param name="cancellationToken">Cancels it.</param>
    /// <returns>Who signed in.</returns>
    /// <exception cref="BridgeException">Nobody did; the code and the reason say why.</exception>
    public async Task<Identity> CompleteAsync(
        AuthorizationResponse answer,
        string? continuation,
        int entity,
        CancellationToken cancellationToken = default
    )
    {
        answer.RequireWellFormed();
        var pending = RequirePending(answer, continuation, entity);
        var row = await TakeAsync(pending, answer.State!, cancellationToken);
        try
        {
            var identity = await RedeemAsync(pending, answer, cancellationToken);
            await EndAsync(row, ConsentStatus.Granted, "identified", identity.ToString());
            return identity;
        }
        catch (Exception exception) when (exception is BridgeException or StoreException)
        {
            var told = BridgeException.Of(exception);
            var reason = told.Reason ?? told.Code;
            Log.Refused(logger, row.Key.Service, row.Key.Entity, reason);
            await EndAsync(row, ConsentStatus.Denied, "sign_in_refused", reason);
            throw;
        }
    }

    // A wrong caller learns nothing and spoils nothing: the sign-in stays open for the right browser.
    private PendingLogin RequirePending(AuthorizationResponse answer, string? continuation, int entity)
    {
        if (string.IsNullOrEmpty(continuation))
        {
            throw new BridgeException(
                ProblemCode.StateInvalid,
                "The sign-in came back without its continuation. The module oauthbridge in Dolibarr is older than the bridge: update it."
            );
        }

        return
            continuations.Open(continuation) is { } pending
            && SecretHash.AreEqual(pending.StateHash, SecretHash.Of(answer.State)!)
            && pending.IsOfSession(answer.SessionBinding!)
            && time.GetUtcNow() < pending.ExpiresAt
            && entity == pending.Entity
            ? pending
            : throw NotOpen();
    }

    // Of any number of callers, in any number of sidecars, one takes the state.
    private async Task<ConsentRow> TakeAsync(PendingLogin pending, string state, CancellationToken cancellationToken)
    {
        var entry = await entries.GetAsync(pending.Entry, pending.Entity, cancellationToken);
        var request = new ConsentRequest(ConsentFlows.Login, GrantKey.Of(entry), state, pending.ExpiresAt - time.GetUtcNow());
        return await table.TryTakeAsync(request, cancellationToken) ?? throw NotOpen();
    }

    private async Task<Identity> RedeemAsync(PendingLogin pending, AuthorizationResponse answer, CancellationToken cancellationToken)
    {
        var entry = await entries.GetAsync(pending.Entry, pending.Entity, cancellationToken);
        var provider = await relyingParty.ProviderAsync(entry, cancellationToken);
        var code = RelyingParty.CheckAnswer(entry, provider, pending, answer);
        await guard.RequireAsync(entry, provider.TokenEndpoint, ProviderEndpoint.TokenEndpoint, cancellationToken: cancellationToken);
        try
        {
            return await relyingParty.RedeemAsync(entry, provider, pending, code, cancellationToken);
        }
        catch (ProviderConfigurationException exception)
        {
            throw exception.About(entry.Name);
        }
    }

    // The outcome stands, whatever the caller or the database does meanwhile; the state is taken in any case.
    private async Task EndAsync(ConsentRow row, string status, string kind, string detail)
    {
        try
        {
            await table.TryMoveAsync(row, ConsentStatus.Redeeming, status, detail, CancellationToken.None);
            await events.AppendAsync(row.Key, kind, detail, CancellationToken.None);
        }
        catch (StoreException exception)
        {
            Log.NotRecorded(logger, row.Key.Service, row.Key.Entity, exception.Message);
        }
    }

    private static BridgeException NotOpen() =>
        new(ProblemCode.StateInvalid, "This answer belongs to no sign-in that this browser began and that is still open. Sign in again.");

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "A sign-in with {Service} of entity {Entity} is refused: {Reason}")]
        public static partial void Refused(ILogger logger, string service, int entity, string reason);

        [LoggerMessage(2, LogLevel.Warning, "The outcome of a sign-in with {Service} of entity {Entity} could not be recorded: {Reason}")]
        public static partial void NotRecorded(ILogger logger, string service, int entity, string reason);
    }
}
