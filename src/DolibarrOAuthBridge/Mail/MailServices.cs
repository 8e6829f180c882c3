// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Dolibarr.Mail;

namespace DolibarrOAuthBridge.Mail;

/// <summary>What the checks of mail servers are made of.</summary>
internal static class MailServices
{
    public static IServiceCollection AddMail(this IServiceCollection services) =>
        services
            .AddSingleton<MailCertificates>()
            .AddSingleton<MailboxAccounts>()
            .AddSingleton<MailChecker>()
            .AddSingleton<SmtpSettingsTable>()
            .AddSingleton<EmailCollectorTable>()
            .AddSingleton<DolibarrMail>();
}
