// SPDX-License-Identifier: GPL-3.0-or-later

using System.Globalization;
using DolibarrOAuthBridge.Dolibarr.Database;
using DolibarrOAuthBridge.Dolibarr.Entries;

namespace DolibarrOAuthBridge.Dolibarr.Mail;

/// <summary>Dolibarr's settings for sending mail in <c>llx_const</c>, put together as its class CMailFile does.</summary>
public sealed class SmtpSettingsTable(EntryTable constants)
{
    private const string Prefix = "MAIN_MAIL_";
    private const string SendMode = "MAIN_MAIL_SENDMODE";

    /// <summary>The main settings, then those of each context that has its own.</summary>
    /// <exception cref="StoreException">The database failed.</exception>
    public async Task<IReadOnlyList<SmtpSettings>> ListAsync(int entity, CancellationToken cancellationToken = default)
    {
        var values = await constants.ListConstantsAsync(Prefix, entity, cancellationToken).ConfigureAwait(false);
        var contexts = values
            .Where(value => value.Key.StartsWith(SendMode + "_", StringComparison.Ordinal) && value.Value is not ("" or "0" or "default"))
            .Select(value => value.Key[(SendMode.Length + 1)..])
            .Order(StringComparer.Ordinal);
        return [.. contexts.Prepend(string.Empty).Select(context => Read(values, context))];
    }

    private static SmtpSettings Read(IReadOnlyDictionary<string, string> values, string context)
    {
        var ending = context.Length == 0 ? string.Empty : "_" + context;
        return new SmtpSettings
        {
            Context = context,
            SendMode = Text(SendMode) is { Length: > 0 } mode ? mode : "mail",
            Server = Text("MAIN_MAIL_SMTP_SERVER"),
            Port =
                int.TryParse(Text("MAIN_MAIL_SMTP_PORT"), NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port > 0
                    ? port
                    : null,
            Username = Text("MAIN_MAIL_SMTPS_ID"),
            AuthType = Text("MAIN_MAIL_SMTPS_AUTH_TYPE"),
            MainAuthType = values.GetValueOrDefault("MAIN_MAIL_SMTPS_AUTH_TYPE", string.Empty),
            OAuthService = Text("MAIN_MAIL_SMTPS_OAUTH_SERVICE"),
            Tls = IsSet("MAIN_MAIL_EMAIL_TLS"),
            StartTls = IsSet("MAIN_MAIL_EMAIL_STARTTLS"),
            AllowSelfSigned = IsSet("MAIN_MAIL_EMAIL_SMTP_ALLOW_SELF_SIGNED"),
        };

        string Text(string name) => values.GetValueOrDefault(name + ending, string.Empty).Trim();

        // As PHP's empty().
        bool IsSet(string name) => Text(name) is not ("" or "0");
    }
}
