// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Demo.Database;
using DolibarrOAuthBridge.Demo.Mail;
using DolibarrOAuthBridge.Demo.Provider;

namespace DolibarrOAuthBridge.Acceptance.Support;

/// <summary>The OAuth entries of the scratch Dolibarr: each scenario has its own, so that they can run in any order.</summary>
internal static class TestEntries
{
    /// <summary>Connected through the provider's consent page.</summary>
    public const string Code = "GENERIC-Office";

    /// <summary>Connected with a code on another device.</summary>
    public const string Device = "MICROSOFT-Warehouse";

    /// <summary>Sends and collects mail.</summary>
    public const string Mail = "GOOGLE-Mail";

    /// <summary>Renewed by hand.</summary>
    public const string Renewed = "MICROSOFT-Office";

    /// <summary>Its token is also written and read by Dolibarr's own code.</summary>
    public const string Stock = "MICROSOFT-Stock";

    /// <summary>Its application asks in its own name.</summary>
    public const string AppOnly = "MICROSOFT-Robot";

    /// <summary>The same, of a provider that most releases do not know.</summary>
    public const string AppOnlyByProvider = "MICROSOFTAPP-Robot";

    /// <summary>Its consent is never given.</summary>
    public const string Refused = "GENERIC-Refused";

    /// <summary>Revoked.</summary>
    public const string Revoked = "GENERIC-Leaving";

    /// <summary>Its grant is dead.</summary>
    public const string Dead = "GOOGLE-Sales";

    /// <summary>Its grant ends while mail is sent with it.</summary>
    public const string Ending = "GENERIC-Ending";

    /// <summary>People sign in with it.</summary>
    public const string Login = "GENERIC-Login";

    /// <summary>Both companies have an entry of this name.</summary>
    public const string Shared = "GOOGLE-Shared";

    /// <summary>The application that the second company's entry <see cref="Shared"/> is registered as.</summary>
    public const string Branch = "GOOGLE-Branch";

    /// <summary>Made by the assistant: one at each kind of provider, with the scopes that the assistant chooses.</summary>
    public static readonly (string Entry, string Scopes)[] Assisted =
    [
        ("GOOGLE-Helpdesk", "https://mail.google.com/"),
        (
            "MICROSOFT-Helpdesk",
            "https://outlook.office365.com/SMTP.Send,https://outlook.office365.com/IMAP.AccessAsUser.All,offline_access"
        ),
        ("GENERIC-Helpdesk", "openid,email"),
    ];

    private static readonly (string Entry, string Scopes)[] OfTheBranch = [(Branch, "email,https://mail.google.com/")];

    /// <summary>Lacks its secret.</summary>
    public const string Incomplete = "GITHUB-Draft";

    private static readonly string[] Replaced = ["Google", "Microsoft"];

    private static readonly (string Entry, string Scopes)[] Complete =
    [
        (Code, "openid,email"),
        (Device, "https://outlook.office.com/SMTP.Send,https://outlook.office.com/IMAP.AccessAsUser.All,offline_access"),
        (Mail, "email,https://mail.google.com/"),
        (Revoked, "openid,email"),
        (Refused, "openid,email"),
        (Ending, "openid,email"),
        // As Dolibarr's own page names them: its button refuses others.
        (Renewed, "https://outlook.office365.com/SMTP.Send,https://outlook.office365.com/IMAP.AccessAsUser.All,offline_access"),
        (Stock, "https://outlook.office.com/SMTP.Send,offline_access"),
        (AppOnly, "https://outlook.office365.com/.default"),
        (AppOnlyByProvider, "https://outlook.office365.com/.default"),
        (Dead, "email,https://mail.google.com/"),
        (Login, "openid,email,profile"),
        (Shared, "email,https://mail.google.com/"),
    ];

    /// <summary>The provider's applications: one for each entry.</summary>
    public static StandInProviderOptions ProviderOptions(Uri dolibarr) =>
        new()
        {
            DeviceInterval = TimeSpan.FromSeconds(1),
            OpaqueAccessTokens = true, // as Google's; Dolibarr sends them in one line, for which a long JWT is too long to Dovecot
            Users =
            [
                .. new StandInProviderOptions().Users,
                new("1004", "lin@example.com", "Lin Lanying"),
                new("1005", "emmy@example.com", "Emmy Noether"),
            ],
            Clients =
            [
                DovecotServerOptions.ResourceServer,
                .. Complete
                    .Concat(Assisted)
                    .Concat(OfTheBranch)
                    .Select(entry => new StandInClient
                    {
                        ClientId = ClientId(entry.Entry),
                        ClientSecret = SecretOf(entry.Entry),
                        Scopes =
                        [
                            "email",
                            .. entry.Scopes.Split(',').Where(scope => scope is not ("openid" or "offline_access" or "email")),
                        ],
                        Mailbox = entry.Entry is AppOnly or AppOnlyByProvider ? "ada@example.com" : null,
                        RefreshTokens = entry.Entry.StartsWith("GOOGLE", StringComparison.Ordinal)
                            ? RefreshTokenPolicy.WhenAsked
                            : RefreshTokenPolicy.Always,
                        RedirectUris = [CallbackOf(dolibarr), new(dolibarr, "custom/oauthbridge/logincallback.php")],
                    }),
            ],
        };

    /// <summary>Where the provider sends the browser back to.</summary>
    public static Uri CallbackOf(Uri dolibarr) => new(dolibarr, "custom/oauthbridge/callback.php");

    /// <summary>The client of an entry.</summary>
    public static string ClientId(string entry) =>
        entry switch
        {
            // The assistant knows what the providers' own look like.
            "GOOGLE-Helpdesk" => "1234-helpdesk.apps.googleusercontent.com",
            "MICROSOFT-Helpdesk" => "11111111-2222-3333-4444-555555555555",
            _ => $"client-of-{entry}",
        };

    /// <summary>The secret of an entry's client: one that two entries have may be a copy, which is refused.</summary>
    public static string SecretOf(string entry) => $"secret~of~{entry}";

    /// <summary>Writes the entries as Dolibarr's OAuth setup page does.</summary>
    public static async Task WriteAsync(DolibarrInstall install, StandInProvider provider, CancellationToken cancellationToken)
    {
        foreach (var (entry, scopes) in Complete)
        {
            await install.SetConstAsync($"OAUTH_{entry}_ID", ClientId(entry), cancellationToken: cancellationToken);
            await install.SetConstAsync($"OAUTH_{entry}_SECRET", SecretOf(entry), cancellationToken: cancellationToken);
            await install.SetConstAsync($"OAUTH_{entry}_SCOPE", scopes, cancellationToken: cancellationToken);
            if (entry.StartsWith("GENERIC", StringComparison.Ordinal))
            {
                await install.SetConstAsync(
                    $"OAUTH_{entry}_URL",
                    provider.BaseAddress.AbsoluteUri.TrimEnd('/'),
                    cancellationToken: cancellationToken
                );
            }
            else if (entry.StartsWith("MICROSOFT", StringComparison.Ordinal))
            {
                await install.SetConstAsync($"OAUTH_{entry}_TENANT", "contoso.example", cancellationToken: cancellationToken);
            }
        }

        await install.SetConstAsync($"OAUTH_{Incomplete}_ID", "draft", cancellationToken: cancellationToken);
    }

    /// <summary>Connects an entry without a browser.</summary>
    /// <param name="install">Dolibarr.</param>
    /// <param name="provider">Issues the tokens, to its first user.</param>
    /// <param name="entry">The entry.</param>
    /// <param name="expiresAt">Another end of the access token; null for the real one.</param>
    /// <param name="cancellationToken">Cancels it.</param>
    public static async Task<IssuedTokens> ConnectAsync(
        DolibarrInstall install,
        StandInProvider provider,
        string entry,
        DateTimeOffset? expiresAt = null,
        CancellationToken cancellationToken = default
    )
    {
        var scopes = Complete.First(known => known.Entry == entry).Scopes.Replace(',', ' ');
        var tokens = await provider.IssueAsync(ClientId(entry), null, scopes, cancellationToken);
        await install.SetTokenAsync(entry, tokens, expiresAt, cancellationToken: cancellationToken);
        return tokens;
    }

    /// <summary>The sidecar's settings that put the stand-in in place of Google and Microsoft.</summary>
    public static IReadOnlyList<string> SidecarSettings(StandInProvider provider) =>
        [
            .. Replaced.SelectMany(name =>
                new[]
                {
                    $"--Providers:{name}:AuthorizationEndpoint={provider.Endpoint("oauth/authorize")}",
                    $"--Providers:{name}:TokenEndpoint={provider.Endpoint("oauth/token")}",
                    $"--Providers:{name}:RevocationEndpoint={provider.Endpoint(name == "Google" ? "revoke" : "oauth/revoke")}",
                    $"--Providers:{name}:DeviceAuthorizationEndpoint={provider.Endpoint("oauth/device")}",
                }
            ),
            $"--Entries:{AppOnly}:AppOnly=true",
        ];
}
