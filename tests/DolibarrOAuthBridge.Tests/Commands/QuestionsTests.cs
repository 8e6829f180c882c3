// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Commands;

namespace DolibarrOAuthBridge.Tests.Commands;

public sealed class QuestionsTests : IDisposable
{
    private readonly StringWriter _said = new();

    public void Dispose() => _said.Dispose();

    [Fact]
    public async Task An_answer_that_cannot_be_is_asked_for_again()
    {
        var questions = Asking("a b\nfine\n");

        var answer = await questions.AskAsync(
            "Name",
            null,
            static text => text.Contains(' ', StringComparison.Ordinal) ? "No spaces." : null,
            TestContext.Current.CancellationToken
        );

        Assert.Equal("fine", answer);
        Assert.Equal($"Name:   No spaces.{Environment.NewLine}Name: ", _said.ToString());
    }

    [Fact]
    public async Task An_empty_answer_means_the_proposal()
    {
        Assert.Equal("Mail", await Asking("\n").AskAsync("Label", "Mail", null, TestContext.Current.CancellationToken));
        Assert.Equal("Label [Mail]: ", _said.ToString());
    }

    [Fact]
    public async Task An_input_that_ends_is_wrong_usage()
    {
        await Assert.ThrowsAsync<UsageException>(() =>
            Asking(string.Empty).AskAsync("Label", "Mail", null, TestContext.Current.CancellationToken)
        );
    }

    private Questions Asking(string input) => new(new TypedLines(new StringReader(input)), _said);
}
