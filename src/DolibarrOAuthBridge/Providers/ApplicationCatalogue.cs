// SPDX-License-Identifier: GPL-3.0-or-later

namespace DolibarrOAuthBridge.Providers;

/// <summary>How applications are registered at each provider, as the module's assistant tells it too.</summary>
internal static class ApplicationCatalogue
{
    private const string Entra = "https://entra.microsoft.com/#view/Microsoft_AAD_RegisteredApps/ApplicationsListBlade";
    private const string SecretValue = "Under \"Certificates & secrets\", make a client secret and copy its column \"Value\", not its ID.";

    public static ApplicationFacts Google { get; } =
        new()
        {
            Steps =
            [
                "Open https://console.cloud.google.com/apis/credentials",
                "On \"OAuth consent screen\", choose \"Internal\", or publish the app: while \"Testing\", grants end after seven days.",
                "Choose \"Create credentials\", \"OAuth client ID\", type \"Web application\", and add the redirect URI {redirect_uri}",
            ],
            ClientIdEnding = ".apps.googleusercontent.com",
        };

    public static ApplicationFacts Microsoft { get; } =
        new()
        {
            Steps =
            [
                $"Open {Entra} and choose \"New registration\".",
                "Choose accounts of this directory only, platform \"Web\", and enter the redirect URI {redirect_uri}",
                SecretValue,
                "For mail, SMTP AUTH or IMAP must be on for the mailbox.",
            ],
            ClientIdsAreGuids = true,
        };

    public static ApplicationFacts MicrosoftApp { get; } =
        new()
        {
            Steps =
            [
                $"Open {Entra} and choose \"New registration\", accounts of this directory only.",
                "Under \"API permissions\", add of \"Office 365 Exchange Online\" the application permissions SMTP.SendAsApp and "
                    + "IMAP.AccessAsApp, and grant admin consent.",
                "In Exchange PowerShell, register the application with New-ServicePrincipal and give it the mailbox with "
                    + "Add-MailboxPermission.",
                SecretValue,
            ],
            ClientIdsAreGuids = true,
        };

    public static ApplicationFacts GitHub { get; } =
        new()
        {
            Steps =
            [
                "Open https://github.com/settings/developers and choose \"OAuth Apps\", \"New OAuth App\".",
                "Enter as \"Authorization callback URL\" {redirect_uri}",
                "Make a client secret.",
            ],
            Scopes = ["user", "public_repo"],
        };

    public static ApplicationFacts Generic { get; } =
        new()
        {
            Steps = ["Register an application of type \"web\" or \"confidential\" at the server, with the redirect URI {redirect_uri}"],
            Scopes = ["openid", "email", "offline_access"],
        };
}
