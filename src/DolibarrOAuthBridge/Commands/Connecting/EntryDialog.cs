// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Dolibarr.Entries;
using DolibarrOAuthBridge.Entries;
using DolibarrOAuthBridge.Providers;
using DolibarrOAuthBridge.Reports;

namespace DolibarrOAuthBridge.Commands.Connecting;

/// <summary>Asks for provider, use and application, and writes the entry. One that exists is replaced only if a person says so.</summary>
internal sealed class EntryDialog(CommandContext context, Questions questions)
{
    private const int LongestService = 36; // the width of llx_oauth_token.service
    private const string Use = "use";

    private static readonly (string Key, string Meaning)[] Offered =
    [
        ("GOOGLE", "Gmail, Google Workspace"),
        ("MICROSOFT", "Microsoft 365 and outlook.com, in a user's name"),
        ("MICROSOFTAPP", "Microsoft 365, in the application's own name"),
        ("GITHUB", "GitHub"),
        ("GENERIC", "any other OAuth 2 or OpenID server"),
    ];

    /// <summary>The entry that is in Dolibarr by now; null while none is.</summary>
    public EntryName? Written { get; private set; }

    /// <summary>Asks, and writes.</summary>
    /// <returns>The entry, and what it is for.</returns>
    /// <exception cref="UsageException">The input has ended.</exception>
    public async Task<(OAuthEntry Entry, EntryUsage Usage)> RunAsync(CancellationToken cancellationToken)
    {
        var key = await questions.ChooseAsync("Provider", Offered, cancellationToken);
        var provider = ProviderCatalogue.All.First(provider => provider.Keys.Contains(key));
        var url = string.Empty;
        if (provider.RequiredSettings.Contains("url"))
        {
            url = await questions.AskAsync("Address of the server (its issuer)", null, Objections.Server, cancellationToken);
            provider = ServerPresets.Of(provider, url);
        }

        var usages = EntryUsage.Of(provider);
        var word = await questions.ChooseAsync("What for", [.. usages.Select(usage => (usage.Word, usage.Meaning))], cancellationToken);
        var usage = usages.First(usage => usage.Word == word);
        var name = await AskNameAsync(key, usage, cancellationToken);
        var present = (await context.Get<EntryTable>().ListAsync(context.Entity, cancellationToken)).FirstOrDefault(entry =>
            entry.Name.Equals(name)
        );
        if (present is null || !await IsKeptAsync(present, url, cancellationToken))
        {
            await WriteAsync(present?.Name ?? name, provider, usage, url, present, cancellationToken);
        }

        Written = present?.Name ?? name;
        return (await context.Get<EntryDirectory>().GetAsync(Written.ToString(), context.Entity, cancellationToken), usage);
    }

    private async Task<EntryName> AskNameAsync(string key, EntryUsage usage, CancellationToken cancellationToken)
    {
        EntryName? name = null;
        if (usage.IsSignIn)
        {
            return EntryName.TryParse($"{key}-{usage.Label}", out name) ? name : throw new InvalidOperationException(key);
        }

        await questions.AskAsync(
            "Label of the entry",
            usage.Label,
            label =>
                !Objections.IsLabel(label) || !EntryName.TryParse($"{key}-{label}", out name) || name.Service.Length > LongestService
                    ? $"Letters and digits only, {LongestService} characters with the provider."
                : EntryUseTable.IsSignIn(name) ? "An entry of this label is for signing people in."
                : null,
            cancellationToken
        );
        return name!;
    }

    private async Task<bool> IsKeptAsync(OAuthEntry present, string url, CancellationToken cancellationToken)
    {
        if (EntrySettings.Missing(present) is { Count: > 0 } missing)
        {
            await questions.TellAsync($"{present.Name} exists, but has no {string.Join(" and no ", missing)}: it is completed now.");
            return false;
        }

        var server = url.Length > 0 ? $" and the server {present.Url}" : string.Empty;
        await questions.TellAsync($"{present.Name} exists, with the client ID {present.ClientId}{server}.");
        List<(string Word, string Meaning)> choices = [(Use, "use it as it is"), ("replace", "replace its settings")];
        if (url.Length > 0 && !EndpointUri.AreOfOneServer(present.Url, url))
        {
            await questions.TellAsync($"That is another server than {url}. Find out who changed it if you did not.");
            choices.Reverse();
        }

        return await questions.ChooseAsync("What to do with it", choices, cancellationToken) == Use;
    }

    private async Task WriteAsync(
        EntryName name,
        Provider provider,
        EntryUsage usage,
        string url,
        OAuthEntry? present,
        CancellationToken cancellationToken
    )
    {
        var blank = new OAuthEntry
        {
            Name = name,
            Entity = context.Entity,
            UrlCallback = present?.UrlCallback ?? string.Empty,
        };
        await InstructAsync(provider.Application!, RedirectUri.Of(blank, context.Conf));
        var settings = new Dictionary<string, string>(StringComparer.Ordinal);
        if (url.Length > 0)
        {
            settings["URL"] = url;
        }

        if (provider.RequiredSettings.Contains("tenant"))
        {
            settings["TENANT"] = await questions.AskAsync(
                "Tenant (directory ID or domain)",
                Proposal(present?.Tenant),
                tenant =>
                    provider.UnusableTenants.Contains(tenant, StringComparer.OrdinalIgnoreCase)
                        ? EntrySettings.UsableTenant
                        : Objections.Tenant(tenant),
                cancellationToken
            );
        }

        settings["ID"] = await questions.AskAsync(
            "Client ID",
            Proposal(present?.ClientId),
            id => Objections.NoSpaces(id) ?? provider.Application!.FindProblem(id),
            cancellationToken
        );
        settings["SECRET"] = await questions.AskSecretAsync(
            "Client secret",
            secret =>
                provider.SecretsHaveIds && Guid.TryParse(secret, out _)
                    ? "This is the ID of the secret. Copy the column \"Value\" instead."
                    : Objections.NoSpaces(secret),
            cancellationToken
        );
        settings["SCOPE"] = await questions.AskAsync(
            "Scopes, separated by commas",
            Proposal(present is null ? null : string.Join(',', present.Scopes)) ?? usage.Scopes(provider),
            Objections.NoSpaces,
            cancellationToken
        );
        await context.Get<EntryWriter>().WriteAsync(name, context.Entity, settings, cancellationToken);
        Written = name;
        var report = await context.Get<EntryReporter>().GetAsync(name.ToString(), context.Entity, cancellationToken);
        await questions.TellAsync($"{name} is written.");
        foreach (var warning in report.Warnings)
        {
            await questions.TellAsync($"  ! {warning.Code}: {warning.Message}");
        }
    }

    private async Task InstructAsync(ApplicationFacts application, string? redirectUri)
    {
        await questions.TellAsync("At the provider:");
        foreach (var (number, step) in application.Steps.Index())
        {
            var address = redirectUri ?? "that is shown on Dolibarr's OAuth page";
            await questions.TellAsync($"  {number + 1}. {step.Replace("{redirect_uri}", address, StringComparison.Ordinal)}");
        }
    }

    // Dolibarr's own page begins an entry with words in place of the client ID, in the admin's language.
    private static string? Proposal(string? present) =>
        present is { Length: > 0 } && present != "ToComplete" && !present.Any(char.IsWhiteSpace) ? present : null;
}
