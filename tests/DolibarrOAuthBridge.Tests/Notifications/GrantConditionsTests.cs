// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Notifications;
using DolibarrOAuthBridge.Reports;

namespace DolibarrOAuthBridge.Tests.Notifications;

public sealed class GrantConditionsTests
{
    [Theory]
    [InlineData("expiring", true)]
    [InlineData("expired", true)]
    [InlineData("valid", false)]
    public void Somebody_hears_of_a_client_secret_that_the_provider_takes_no_more(string status, bool isTold)
    {
        var found = GrantConditions.Of(Report(status, "invalid_client: AADSTS7000222: expired", needsPerson: true)).ToList();

        if (!isTold)
        {
            Assert.Empty(found);
            return;
        }

        var (condition, draft) = Assert.Single(found);
        Assert.Equal((NoticeKind.GrantEnded, NoticeSeverity.Error), (condition.Kind, draft.Severity));
        Assert.Contains("invalid_client: AADSTS7000222", draft.Message, StringComparison.Ordinal);
        Assert.Contains("has not expired", draft.Advice, StringComparison.Ordinal);
    }

    [Fact]
    public void A_provider_that_is_away_is_no_notice() =>
        Assert.Empty(GrantConditions.Of(Report("expired", "http_503: away", needsPerson: false)));

    [Fact]
    public void A_paused_or_unfinished_entry_is_no_notice()
    {
        var report = Report("expired", "invalid_client", needsPerson: true);

        Assert.Empty(GrantConditions.Of(report with { Paused = true }));
        Assert.Empty(GrantConditions.Of(report with { Complete = false }));
    }

    [Fact]
    public void It_works_again_once_a_token_came_and_not_when_it_fails_for_another_reason()
    {
        var condition = GrantConditions.Of(Report("expired", "invalid_client", needsPerson: true)).Single().Condition;

        Assert.Null(GrantConditions.Over(condition, Report("expired", "http_503: away", needsPerson: false)));
        Assert.Equal(NoticeKind.GrantRestored, GrantConditions.Over(condition, Report("valid", null, needsPerson: false))!.Kind);
    }

    private static EntryReport Report(string status, string? error, bool needsPerson) =>
        new()
        {
            Entry = "MICROSOFT-Mail",
            Service = "Microsoft-Mail",
            Provider = "Microsoft",
            Label = "Mail",
            Entity = 1,
            Scopes = [],
            ClientId = "client",
            Complete = true,
            Missing = [],
            Flows = [],
            NeedsPerson = needsPerson,
            Paused = false,
            Token = new TokenReport
            {
                Status = status,
                HasRefreshToken = true,
                RefreshCount = 0,
                LastError = error,
            },
            Warnings = [],
        };
}
