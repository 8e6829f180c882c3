// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Consents;

namespace DolibarrOAuthBridge.Commands.Consenting;

/// <summary>
/// How <c>consent</c> speaks: to people on the standard output; with <c>--json</c> one line of JSON when it has begun and one
/// when it is done, and the words for people on the standard error.
/// </summary>
internal sealed class ConsentTerminal(bool json, TimeProvider time)
{
    /// <summary>Tells a person something.</summary>
    public Task ExplainAsync(string text) => (json ? Console.Error : Console.Out).WriteLineAsync(text);

    /// <summary>Shows that something is still going on.</summary>
    public async Task GoOnAsync()
    {
        if (!json && !Console.IsOutputRedirected)
        {
            await Console.Out.WriteAsync('.');
        }
    }

    /// <summary>Tells that a consent has begun, and what the person has to do.</summary>
    public async Task BeginAsync(ConsentStarted started, string text)
    {
        if (json)
        {
            await Console.Out.WriteLineAsync(System.Text.Json.JsonSerializer.Serialize(started, CommandJson.Default.ConsentStarted));
        }

        await ExplainAsync(text);
    }

    /// <summary>Tells what came of it.</summary>
    public async Task TellAsync(ConsentResult result)
    {
        if (json)
        {
            await Console.Out.WriteLineAsync(System.Text.Json.JsonSerializer.Serialize(result, CommandJson.Default.ConsentResult));
            return;
        }

        var token = result.Token;
        await Console.Out.WriteLineAsync();
        await Console.Out.WriteLineAsync(
            $"{result.Entry} has a new token{(result.Account is { } account ? $", granted by {account}" : string.Empty)}."
        );
        await Console.Out.WriteLineAsync(
            token.ExpiresAt is { } end
                ? $"  access token   expires {Output.RelativeAndExact(end, time.GetUtcNow())}"
                : "  access token   does not expire"
        );
        await Console.Out.WriteLineAsync($"  refresh token  {(token.HasRefreshToken ? "yes" : "none")}");
        foreach (var warning in result.Warnings)
        {
            await Console.Out.WriteLineAsync(Output.Clean($"  ! {warning.Code}: {warning.Message}"));
        }
    }
}
