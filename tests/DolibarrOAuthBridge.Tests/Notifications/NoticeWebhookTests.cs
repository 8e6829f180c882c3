// SPDX-License-Identifier: GPL-3.0-or-later

using System.Net;
using System.Reflection;
using System.Text.Json;
using System.Text.RegularExpressions;
using DolibarrOAuthBridge.Notifications;
using DolibarrOAuthBridge.Tests.Support;

namespace DolibarrOAuthBridge.Tests.Notifications;

public sealed partial class NoticeWebhookTests
{
    private static readonly Notice Nasty = new(
        7,
        DateTimeOffset.UnixEpoch,
        "grant_ended",
        "GOOGLE-\"Mail\"",
        1,
        "error",
        "It \"ended\":\n\\ é {{advice}}",
        "Tell\tsomebody."
    );

    [Fact]
    public async Task The_bodies_that_the_docs_show_for_other_services_are_JSON_whatever_the_values_are()
    {
        var page = await File.ReadAllTextAsync(Path.Combine(Root, "docs/notices.md"), TestContext.Current.CancellationToken);
        var templates = Inline().Matches(page).Concat(Block().Matches(page)).Select(match => match.Groups[1].Value).ToList();
        Assert.Equal(3, templates.Count); // ntfy, Slack and its kin, Teams

        foreach (var template in templates)
        {
            var handler = StubHandler.Of(HttpStatusCode.NoContent, string.Empty);
            using var http = new HttpClient(handler);
            var options = new BridgeOptions
            {
                Notify = new NotifyOptions { Webhook = new Uri("https://hooks.example.org/"), WebhookTemplate = template },
            };

            var result = await new NoticeWebhook(http, Make.Conf(), options, TimeProvider.System).SendAsync(
                Nasty,
                TestContext.Current.CancellationToken
            );

            Assert.True(result.Ok, result.Detail);
            var texts = Texts(JsonDocument.Parse(handler.Requests.Single().Body).RootElement).ToList();
            Assert.Contains(texts, text => text.Contains("It \"ended\":\n\\ é {{advice}}", StringComparison.Ordinal));
            Assert.Contains(texts, text => text.Contains("Tell\tsomebody.", StringComparison.Ordinal));
        }
    }

    [Theory]
    [InlineData(HttpStatusCode.NoContent, true)]
    [InlineData(HttpStatusCode.Found, false)]
    [InlineData(HttpStatusCode.Forbidden, false)]
    public async Task Only_an_answer_of_success_counts(HttpStatusCode status, bool isTaken)
    {
        using var http = new HttpClient(StubHandler.Of(status, string.Empty));
        var options = new BridgeOptions { Notify = new NotifyOptions { Webhook = new Uri("https://hooks.example.org/") } };

        var result = await new NoticeWebhook(http, Make.Conf(), options, TimeProvider.System).SendAsync(
            Nasty,
            TestContext.Current.CancellationToken
        );

        Assert.Equal(isTaken, result.Ok);
        Assert.Contains($"{(int)status}", result.Detail, StringComparison.Ordinal);
    }

    private static string Root =>
        typeof(NoticeWebhookTests)
            .Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
            .First(data => data.Key == "RepositoryRoot")
            .Value!;

    private static IEnumerable<string> Texts(JsonElement element) =>
        element.ValueKind switch
        {
            JsonValueKind.Object => element.EnumerateObject().SelectMany(member => Texts(member.Value)),
            JsonValueKind.Array => element.EnumerateArray().SelectMany(Texts),
            JsonValueKind.String => [element.GetString()!],
            _ => [],
        };

    [GeneratedRegex(@"\| `(\{[^`]*\{\{[^`]*\})` \|")]
    private static partial Regex Inline();

    [GeneratedRegex(@"```json\n(\{[^`]*\{\{[^`]*\})\n```")]
    private static partial Regex Block();
}
