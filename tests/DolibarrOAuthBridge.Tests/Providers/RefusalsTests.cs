// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Providers;
using DolibarrOAuthBridge.Tests.Support;

namespace DolibarrOAuthBridge.Tests.Providers;

public sealed class RefusalsTests
{
    [Theory]
    [InlineData("invalid_grant", RefusalKind.ConsentNeeded)]
    [InlineData("interaction_required", RefusalKind.ConsentNeeded)]
    [InlineData("consent_required", RefusalKind.ConsentNeeded)]
    [InlineData("login_required", RefusalKind.ConsentNeeded)]
    [InlineData("bad_refresh_token", RefusalKind.ConsentNeeded)]
    [InlineData("temporarily_unavailable", RefusalKind.TryLater)]
    [InlineData("server_error", RefusalKind.TryLater)]
    [InlineData("slow_down", RefusalKind.TryLater)]
    [InlineData("invalid_client", RefusalKind.SettingsWrong)]
    [InlineData("unauthorized_client", RefusalKind.SettingsWrong)]
    [InlineData("invalid_scope", RefusalKind.SettingsWrong)]
    [InlineData("INVALID_GRANT", RefusalKind.SettingsWrong)]
    [InlineData("never_heard_of", RefusalKind.SettingsWrong)]
    internal void The_code_alone_decides_and_an_unknown_one_costs_no_grant(string error, RefusalKind kind)
    {
        Assert.Equal(kind, Refusals.KindOf(error));
        Assert.EndsWith(".", Refusals.Advice(error), StringComparison.Ordinal);
    }

    [Fact]
    public void Where_nobody_can_consent_a_refusal_is_about_the_settings()
    {
        var appOnly = ProviderCatalogue.Of(Make.Name("MICROSOFTAPP-Mail"));

        Assert.Equal(RefusalKind.SettingsWrong, Refusals.KindOf("invalid_grant", appOnly));
        Assert.Equal(RefusalKind.TryLater, Refusals.KindOf("server_error", appOnly));
        Assert.Equal(RefusalKind.ConsentNeeded, Refusals.KindOf("invalid_grant", ProviderCatalogue.Of(Make.Name("GOOGLE-Mail"))));
    }

    [Theory]
    [InlineData("timeout", true)]
    [InlineData("http_503", true)]
    [InlineData("malformed", true)]
    [InlineData("server_error", true)]
    [InlineData("invalid_client", false)]
    [InlineData("invalid_grant", false)]
    public void The_bridges_own_words_are_told_from_the_providers(string error, bool own) =>
        Assert.Equal(own, TransientErrors.IsTransient(error));

    [Theory]
    [InlineData("invalid_scope")]
    [InlineData("invalid_client")]
    [InlineData("unauthorized_client")]
    [InlineData("another")]
    public void Advice_that_holds_for_every_provider_names_none(string error) =>
        Assert.DoesNotMatch("Microsoft|Google|Entra", Refusals.Advice(error));
}
