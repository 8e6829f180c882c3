// SPDX-License-Identifier: GPL-3.0-or-later

using System.Security.Cryptography;
using System.Text;
using DolibarrOAuthBridge.Consents;
using DolibarrOAuthBridge.Providers;
using DolibarrOAuthBridge.Tests.Support;
using Microsoft.AspNetCore.WebUtilities;

namespace DolibarrOAuthBridge.Tests.Consents;

/// <summary>What a browser is sent to each provider with.</summary>
public sealed class AuthorizationRequestTests
{
    private const string Verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"; // RFC 7636, appendix B

    [Theory]
    [InlineData("GOOGLE-Mail", "access_type")]
    [InlineData("MICROSOFT-Office", "prompt")]
    [InlineData("MICROSOFT2-Office", "prompt")]
    [InlineData("MICROSOFT3-Office", "prompt")]
    [InlineData("GENERIC-Own")]
    [InlineData("GITHUB-Dev")]
    [InlineData("STRIPETEST")]
    [InlineData("STRIPELIVE")]
    public void Every_provider_gets_state_challenge_and_the_exact_redirect_uri_and_only_its_own_besides(string entry, params string[] own)
    {
        var query = Query(entry);

        Assert.Equal(
            ("code", "client", "http://127.0.0.1/cb?x=1", "the-state"),
            (query["response_type"], query["client_id"], query["redirect_uri"], query["state"])
        );
        Assert.Equal(("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM", "S256"), (query["code_challenge"], query["code_challenge_method"]));
        string[] standard = ["response_type", "client_id", "redirect_uri", "state", "code_challenge", "code_challenge_method", "scope"];
        Assert.Equal([.. standard.Concat(own).Order()], query.Keys.Order());
        Assert.DoesNotContain(Verifier, query.Values, StringComparer.Ordinal);
    }

    [Fact]
    public void Google_is_asked_for_offline_access_and_for_consent_only_where_a_refresh_token_is_wanted()
    {
        Assert.Equal("offline", Query("GOOGLE-Mail")["access_type"]);
        Assert.False(Query("GOOGLE-Mail").ContainsKey("prompt"));
        Assert.Equal("consent", Query("GOOGLE-Mail", wantsRefreshToken: true)["prompt"]);
    }

    [Fact]
    public void Microsoft_lets_the_account_be_chosen_unless_one_is_named_and_is_never_asked_for_consent_again()
    {
        Assert.Equal("select_account", Query("MICROSOFT-Office", wantsRefreshToken: true)["prompt"]);
        var hinted = Query("MICROSOFT-Office", "ada@contoso.com");
        Assert.False(hinted.ContainsKey("prompt"));
        Assert.Equal("ada@contoso.com", hinted["login_hint"]);
    }

    [Theory]
    [InlineData("GITHUB-Dev", "login")]
    [InlineData("STRIPETEST", "stripe_user[email]")]
    [InlineData("GENERIC-Own", "login_hint")]
    public void Each_provider_has_its_own_parameter_for_the_account(string entry, string parameter) =>
        Assert.Equal("ada", Query(entry, "ada")[parameter]);

    [Fact]
    public void An_authorization_endpoint_with_a_query_keeps_it() =>
        Assert.Equal("1", Query("GENERIC-Own", endpoint: "https://own.example/authorize?audience=1")["audience"]);

    [Theory]
    [InlineData("GOOGLE-Mail", "gmail_full email", "https://mail.google.com/ email")]
    [InlineData("MICROSOFT-Office", "https://outlook.office365.com/SMTP.Send", "https://outlook.office365.com/SMTP.Send offline_access")]
    [InlineData(
        "MICROSOFT-Office",
        "offline_access https://outlook.office.com/.default",
        "offline_access https://outlook.office.com/.default"
    )]
    [InlineData("STRIPETEST", "", "read_write")]
    [InlineData("GENERIC-Own", "", "")]
    [InlineData("GITHUB-Dev", "user public_repo", "user public_repo")]
    public void Scopes_are_those_of_the_entry_and_what_the_provider_needs(string entry, string configured, string asked) =>
        Assert.Equal(
            asked.Split(' ', StringSplitOptions.RemoveEmptyEntries),
            AuthorizationRequest.Scopes(Make.Entry(entry, scopes: configured.Split(' ', StringSplitOptions.RemoveEmptyEntries)))
        );

    [Theory]
    [InlineData("GITHUB-Dev", "user,public_repo")]
    [InlineData("GENERIC-Own", "user public_repo")]
    public void Scopes_are_separated_as_the_provider_wants_it(string entry, string scope) => Assert.Equal(scope, Query(entry)["scope"]);

    [Theory]
    [InlineData("GOOGLE-Mail")]
    [InlineData("MICROSOFT-Office")]
    public void Without_scopes_there_is_nothing_to_consent_to(string entry) =>
        Assert.Equal(
            ProblemCode.EntryIncomplete,
            Assert.Throws<BridgeException>(() => AuthorizationRequest.Scopes(Make.Entry(entry))).Code
        );

    [Fact]
    public void Scopes_of_two_apis_are_refused_before_anybody_consents_and_both_are_named()
    {
        var refusal = Assert.Throws<BridgeException>(() =>
            AuthorizationRequest.Scopes(Make.Entry("MICROSOFT-Office", scopes: ["User.Read", "https://outlook.office.com/SMTP.Send"]))
        );

        Assert.Equal(ProblemCode.EntryIncomplete, refusal.Code);
        Assert.Contains("https://graph.microsoft.com", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("https://outlook.office365.com", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void State_verifier_and_nonce_are_256_random_bits_that_never_repeat()
    {
        var secrets = Enumerable.Range(0, 100_000).Select(_ => AuthorizationSecrets.New()).ToHashSet(StringComparer.Ordinal);

        Assert.Equal(100_000, secrets.Count);
        Assert.All(secrets.Take(1000), secret => Assert.Matches("^[A-Za-z0-9_-]{43}$", secret));
        Assert.Equal(
            WebEncoders.Base64UrlEncode(SHA256.HashData(Encoding.ASCII.GetBytes(Verifier))),
            AuthorizationSecrets.Challenge(Verifier)
        );
    }

    private static Dictionary<string, string> Query(
        string entry,
        string? hint = null,
        bool wantsRefreshToken = false,
        string endpoint = "https://provider.example/authorize"
    )
    {
        var consent = new CodeConsent
        {
            Entry = entry,
            Verifier = Verifier,
            RedirectUri = "http://127.0.0.1/cb?x=1",
            AuthorizationEndpoint = new Uri(endpoint),
            TokenEndpoint = new Uri("https://provider.example/token"),
            ClientId = "client",
            Scopes = ["user", "public_repo"],
            BindingHash = "hash",
        };
        var url = AuthorizationRequest.Build(ProviderCatalogue.Of(Make.Name(entry)), consent, "the-state", hint, wantsRefreshToken);
        return QueryHelpers.ParseQuery(new Uri(url).Query).ToDictionary(pair => pair.Key, pair => pair.Value.ToString());
    }
}
