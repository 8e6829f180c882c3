// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Dolibarr.Mail;
using DolibarrOAuthBridge.Providers;

namespace DolibarrOAuthBridge.Mail;

/// <summary>What Dolibarr's settings come to: the check that they mean, and what to know about them.</summary>
/// <param name="Source">Which settings, for people.</param>
/// <param name="Entry">The entry that they name; empty if none.</param>
/// <param name="Check">The check; null where they are incomplete.</param>
/// <param name="Settings">What they say, and what is wrong with them.</param>
internal sealed record MailPlan(string Source, string Entry, MailCheck? Check, string Settings)
{
    private const int PhpSmtpPort = 25; // php.ini's default, which Dolibarr falls back to

    private static readonly (string Prefix, MailSecurity Security)[] Schemes =
    [
        ("ssl://", MailSecurity.Tls),
        ("tls://", MailSecurity.StartTls),
    ];

    public static string SourceOf(SmtpSettings settings) =>
        settings.Context.Length == 0 ? "outgoing mail" : $"outgoing mail, {settings.Context}";

    public static MailPlan Of(SmtpSettings settings, string? sendTo)
    {
        var source = SourceOf(settings);
        var missing = Missing(
            (settings.Constant("MAIN_MAIL_SMTP_SERVER"), settings.Server),
            (settings.Constant("MAIN_MAIL_SMTPS_ID"), settings.Username),
            (settings.Constant("MAIN_MAIL_SMTPS_OAUTH_SERVICE"), settings.OAuthService)
        );
        if (missing is not null)
        {
            return new MailPlan(source, settings.OAuthService, null, missing);
        }

        var flags =
            settings.StartTls ? MailSecurity.StartTls
            : settings.Tls ? MailSecurity.Tls
            : MailSecurity.None;
        var scheme = Array.Find(Schemes, scheme => settings.Server.StartsWith(scheme.Prefix, StringComparison.OrdinalIgnoreCase));
        var check = new MailCheck
        {
            Protocol = MailProtocol.Smtp,
            Host = settings.Server[(scheme.Prefix ?? string.Empty).Length..],
            Port = settings.Port ?? PhpSmtpPort,
            Security = flags == MailSecurity.None && scheme.Prefix is not null ? scheme.Security : flags,
            Username = settings.Username,
            Mechanism = SaslName.XOAuth2,
            SendTo = sendTo,
        };
        return new MailPlan(source, settings.OAuthService, check, Describe(check, settings.OAuthService, NotesOn(settings)));
    }

    public static MailPlan Of(EmailCollector collector, bool speaksTokens)
    {
        var source = $"email collector {collector.Ref}";
        if (
            Missing(("the host", collector.Host), ("the login", collector.Login), ("the OAuth service", collector.OAuthService)) is
            { } missing
        )
        {
            return new MailPlan(source, collector.OAuthService, null, missing);
        }

        var check = new MailCheck
        {
            Protocol = MailProtocol.Imap,
            Host = collector.Host,
            Port = collector.Port,
            Security = collector.Encryption switch
            {
                "ssl" => MailSecurity.Tls,
                "tls" => MailSecurity.StartTls,
                _ => MailSecurity.None,
            },
            Username = collector.Login,
            Mechanism = SaslName.XOAuth2,
            Folder = collector.SourceDirectory,
        };
        IEnumerable<string> notes =
        [
            .. collector.IsActive ? Array.Empty<string>() : ["The collector is switched off."],
            .. speaksTokens
                ? Array.Empty<string>()
                : ["MAIN_IMAP_USE_PHPIMAP is not set: Dolibarr up to 22 then uses PHP's imap extension, which cannot log in with a token."],
        ];
        return new MailPlan(source, collector.OAuthService, check, Describe(check, collector.OAuthService, notes));
    }

    private static IEnumerable<string> NotesOn(SmtpSettings settings)
    {
        if (settings.SendMode == "smtps" && settings.MainAuthType != settings.AuthType)
        {
            yield return "MAIN_MAIL_SMTPS_AUTH_TYPE of the main settings is not XOAUTH2: Dolibarr's own SMTP client looks at that one "
                + "alone and would send a password here, unless the module is enabled.";
        }

        if (settings.AllowSelfSigned)
        {
            yield return $"{settings.Constant("MAIN_MAIL_EMAIL_SMTP_ALLOW_SELF_SIGNED")} is set: Dolibarr accepts any certificate, "
                + "so anybody who can intercept the connection gets the token.";
        }
    }

    private static string Describe(MailCheck check, string entry, IEnumerable<string> notes) =>
        string.Join(
            ' ',
            notes.Prepend(
                $"{check.Host}:{check.Port} ({MailSecurityName.Of(check.Security!.Value)}) as {check.Username} with the token of {entry}."
            )
        );

    private static string? Missing(params (string Name, string Value)[] needed)
    {
        var empty = needed.Where(one => one.Value.Length == 0).Select(one => one.Name).ToList();
        return empty.Count == 0 ? null : $"Not set in Dolibarr: {string.Join(", ", empty)}.";
    }
}
