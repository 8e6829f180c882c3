// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Consents;
using DolibarrOAuthBridge.Dolibarr.Configuration;
using DolibarrOAuthBridge.Dolibarr.Database;
using DolibarrOAuthBridge.Dolibarr.Entries;
using DolibarrOAuthBridge.Entries;
using DolibarrOAuthBridge.Grants;

namespace DolibarrOAuthBridge.Login;

/// <summary>
/// Sign-ins of people to Dolibarr, from the button to the identity. What is under way lives in the table of consents under its
/// own flow, so neither can be finished as the other. A state is good for one answer, whatever comes of it.
/// </summary>
internal sealed partial class LoginFlow(
    EntryDirectory entries,
    RelyingParty relyingParty,
    ConsentTable table,
    EventTable events,
    DolibarrConf conf,
    ILogger<LoginFlow> logger
)
{
    /// <summary>The label of the entries that people sign in with, as Dolibarr's own code has it.</summary>
    public const string Label = "Login";

    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(10);

    /// <summary>Begins a sign-in.</summary>
    /// <param name="entryName">An entry or service name.</param>
    /// <param name="entity">The company.</param>
    /// <param name="redirectUri">Where the provider shall send the browser back to; null for the entry's own; see
    /// <see cref="RedirectUriPolicy"/>.</param>
    /// <param name="sessionBinding">What only the browser's own session knows.</param>
    /// <param name="loginHint">Whom to suggest to the provider; null for nobody.</param>
    /// <param name="cancellationToken">Cancels it.</param>
    /// <exception cref="BridgeException">Nobody can sign in with this entry now; the message says why.</exception>
    public async Task<LoginStart> BeginAsync(
        string entryName,
        int entity,
        string? redirectUri,
        string sessionBinding,
        string? loginHint,
        CancellationToken cancellationToken = default
    )
    {
        var entry = await entries.GetAsync(entryName, entity, cancellationToken);
        if (!AsciiName.AreSame(entry.Name.Label, Label))
        {
            throw new BridgeException(
                ProblemCode.InvalidRequest,
                $"Nobody signs in with {entry.Name}: that is for the entries labelled {Label}, such as {entry.Name.Provider.Key}-{Label}."
            );
        }

        var provider = await relyingParty.ProviderAsync(entry, cancellationToken);
        var pending = new PendingLogin
        {
            Issuer = provider.Issuer,
            TokenEndpoint = provider.TokenEndpoint.AbsoluteUri,
            RedirectUri = RedirectUriPolicy.Choose(entry, conf, redirectUri),
            Nonce = AuthorizationSecrets.New(),
            Verifier = AuthorizationSecrets.New(),
            BindingHash = SecretHash.Of(sessionBinding)!,
        };
        var state = AuthorizationSecrets.New();
        await table.AddAsync(
            new ConsentRequest(ConsentFlows.Login, GrantKey.Of(entry), state, Lifetime),
            pending,
            LoginJson.Default.PendingLogin,
            cancellationToken
        );
        var url = RelyingParty.AuthorizationUrl(
            entry,
            provider,
            pending,
            state,
            AuthorizationSecrets.Challenge(pending.Verifier),
            loginHint
        );
        return new LoginStart(url, state);
    }

    /// <summary>Finishes a sign-in with what the browser brought back.</summary>
    /// <param name="state">The <c>state</c> parameter.</param>
    /// <param name="entity">The company that the answer came to; null if the caller does not say.</param>
    /// <param name="sessionBinding">What only the session of the browser that began knows.</param>
    /// <param name="answer">The other parameters.</param>
    /// <param name="cancellationToken">Cancels it.</param>
    /// <returns>Who signed in.</returns>
    /// <exception cref="BridgeException">Nobody did; the code and the reason say why.</exception>
    public async Task<Identity> CompleteAsync(
        string state,
        int? entity,
        string sessionBinding,
        AuthorizationAnswer answer,
        CancellationToken cancellationToken = default
    )
    {
        var row = await table.FindByStateAsync(state, ConsentFlows.Login, cancellationToken);
        if (
            row is null
            || (entity is { } company && row.Key.Entity != company)
            || row.Status != ConsentStatus.Pending
            || table.Open(row, LoginJson.Default.PendingLogin) is not { } pending
            || SecretHash.Of(sessionBinding) != pending.BindingHash
            || !await table.TryMoveAsync(row, ConsentStatus.Pending, ConsentStatus.Redeeming, cancellationToken: cancellationToken)
        )
        {
            throw new BridgeException(
                ProblemCode.StateInvalid,
                "This answer belongs to no sign-in that this browser began and that is still open. Sign in again."
            );
        }

        try
        {
            var identity = await RedeemAsync(row, pending, answer, cancellationToken);
            await EndAsync(row, ConsentStatus.Granted, "signed_in", identity.ToString());
            return identity;
        }
        catch (BridgeException exception)
        {
            var reason = exception.Reason ?? exception.Code;
            Log.Refused(logger, row.Key.Service, row.Key.Entity, reason);
            await EndAsync(row, ConsentStatus.Denied, "sign_in_refused", reason);
            throw;
        }
    }

    private async Task<Identity> RedeemAsync(
        ConsentRow row,
        PendingLogin pending,
        AuthorizationAnswer answer,
        CancellationToken cancellationToken
    )
    {
        var entry = await entries.GetAsync(row.Key.Service, row.Key.Entity, cancellationToken);
        var provider = await relyingParty.ProviderAsync(entry, cancellationToken);
        var code = RelyingParty.CheckAnswer(provider, pending, answer);
        return await relyingParty.RedeemAsync(entry, provider, pending, code, cancellationToken);
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

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "A sign-in with {Service} of entity {Entity} is refused: {Reason}")]
        public static partial void Refused(ILogger logger, string service, int entity, string reason);

        [LoggerMessage(2, LogLevel.Warning, "The outcome of a sign-in with {Service} of entity {Entity} could not be recorded: {Reason}")]
        public static partial void NotRecorded(ILogger logger, string service, int entity, string reason);
    }
}
