// SPDX-License-Identifier: GPL-3.0-or-later

namespace DolibarrOAuthBridge.IntegrationTests.Support;

/// <summary>What a person answers to <c>connect</c>.</summary>
internal static class ConnectConversation
{
    public static async Task ChooseAsync(this RunningCommand command, string provider, string use, string label = "")
    {
        await command.AnswerAsync("Provider [", provider);
        await command.AnswerAsync("What for [", use);
        await command.AnswerAsync("Label of the entry", label);
    }

    public static async Task ApplyAsync(this RunningCommand command, string id, string? tenant = null)
    {
        if (tenant is not null)
        {
            await command.AnswerAsync("Tenant", tenant);
        }

        await command.AnswerAsync("Client ID: ", id);
        await command.AnswerAsync("Client secret: ", ConnectServers.Secret);
        await command.AnswerAsync("Scopes, separated by commas", string.Empty);
        await command.AskedAsync("is written.");
    }

    public static async Task<Uri> AddressAsync(this RunningCommand command) => new(await command.LineAsync("http://127.0.0.1"));

    public static async Task<CommandResult> RequireSuccessAsync(this RunningCommand command)
    {
        var ended = await command.EndAsync();
        Assert.True(ended.ExitCode == 0, ended.Output + ended.Error);
        Assert.DoesNotContain("✗", ended.Output, StringComparison.Ordinal);
        return ended;
    }
}
