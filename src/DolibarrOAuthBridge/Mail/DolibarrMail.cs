// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Dolibarr.Database;
using DolibarrOAuthBridge.Dolibarr.Entries;
using DolibarrOAuthBridge.Dolibarr.Mail;

namespace DolibarrOAuthBridge.Mail;

/// <summary>
/// Checks the mail servers that Dolibarr itself is set to: its SMTP settings, context by context, and its email collectors.
/// </summary>
internal sealed class DolibarrMail(SmtpSettingsTable settings, EmailCollectorTable collectors, EntryTable constants, MailChecker checker)
{
    private const string PhpImap = "MAIN_IMAP_USE_PHPIMAP";

    /// <summary>Checks the SMTP settings that log in with a token.</summary>
    /// <param name="entity">The company.</param>
    /// <param name="entry">The entry that they must use; null for any.</param>
    /// <param name="context">The context, such as <c>EMAILING</c>; null for all.</param>
    /// <param name="sendTo">Whom to send a test mail by each; null for nobody.</param>
    /// <param name="cancellationToken">Ends the checks.</param>
    /// <exception cref="StoreException">The database failed.</exception>
    public async Task<MailCheckList> CheckSmtpAsync(
        int entity,
        string? entry,
        string? context,
        string? sendTo,
        CancellationToken cancellationToken = default
    )
    {
        var all = await settings.ListAsync(entity, cancellationToken);
        var wanted = context?.ToUpperInvariant() is { } name ? [all.FirstOrDefault(one => one.Context == name) ?? all[0]] : all;
        var plans = wanted.Where(one => one.UsesToken && IsOf(one.OAuthService, entry)).Select(one => MailPlan.Of(one, sendTo)).ToList();
        return plans.Count > 0
            ? await RunAsync(plans, entity, cancellationToken)
            : Nothing(
                MailPlan.SourceOf(wanted[0]),
                entry is null ? WhyNoToken(wanted[0]) : $"None of Dolibarr's settings for sending mail uses the token of {entry}."
            );
    }

    /// <summary>Checks the email collectors that log in with a token, those that are switched off too.</summary>
    /// <param name="entity">The company.</param>
    /// <param name="entry">The entry that they must use; null for any.</param>
    /// <param name="cancellationToken">Ends the checks.</param>
    /// <exception cref="StoreException">The database failed.</exception>
    public async Task<MailCheckList> CheckImapAsync(int entity, string? entry, CancellationToken cancellationToken = default)
    {
        var all = await collectors.ListAsync(entity, cancellationToken);
        var phpImap = await constants.ListConstantsAsync(PhpImap, entity, cancellationToken);
        var speaksTokens = phpImap.GetValueOrDefault(PhpImap, string.Empty) is not ("" or "0");
        var plans = all.Where(one => one.UsesToken && IsOf(one.OAuthService, entry)).Select(one => MailPlan.Of(one, speaksTokens)).ToList();
        return plans.Count > 0
            ? await RunAsync(plans, entity, cancellationToken)
            : Nothing(
                "email collectors",
                $"No email collector of entity {entity} logs in with {(entry is null ? "a token" : $"the token of {entry}")}. "
                    + "Choose OAuth as the authentication method in the collector."
            );
    }

    private static bool IsOf(string service, string? entry) =>
        entry is null || (EntryName.TryParse(entry, out var wanted) && EntryName.TryParse(service, out var used) && used.Equals(wanted));

    private static string WhyNoToken(SmtpSettings settings) =>
        settings.UsesSmtp
            ? $"{settings.Constant("MAIN_MAIL_SMTPS_AUTH_TYPE")} is not XOAUTH2, so Dolibarr sends with a password. "
                + "Choose OAuth in its setup of outgoing mail."
            : $"{settings.Constant("MAIN_MAIL_SENDMODE")} is {settings.SendMode}, so Dolibarr does not send by SMTP itself. "
                + "Choose SMTP and OAuth in its setup of outgoing mail.";

    private static MailCheckList Nothing(string source, string why) =>
        new(false, [new MailCheckReport(false, null, [new MailStep("settings", false, why, 0)], MailFailureCode.Settings, Source: source)]);

    // All at once, so that many take no longer than one.
    private async Task<MailCheckList> RunAsync(IEnumerable<MailPlan> plans, int entity, CancellationToken cancellationToken)
    {
        var reports = await Task.WhenAll(plans.Select(plan => RunAsync(plan, entity, cancellationToken)));
        return new MailCheckList(Array.TrueForAll(reports, report => report.Ok), reports);
    }

    private async Task<MailCheckReport> RunAsync(MailPlan plan, int entity, CancellationToken cancellationToken)
    {
        try
        {
            var check = plan.Check ?? throw new MailCheckException(MailFailureCode.Settings, plan.Settings);
            var report = await checker.CheckAsync(plan.Entry, entity, check, cancellationToken);
            return report with { Source = plan.Source, Steps = [new MailStep("settings", true, plan.Settings, 0), .. report.Steps] };
        }
        catch (BridgeException exception) when (exception.Code is not (ProblemCode.StoreUnavailable or ProblemCode.StoreNotWritable))
        {
            return Failed(plan, exception.Code, exception.Message);
        }
        catch (MailCheckException exception)
        {
            return Failed(plan, exception.Code, exception.Message);
        }
    }

    private static MailCheckReport Failed(MailPlan plan, string code, string message) =>
        new(
            false,
            null,
            [new MailStep("settings", false, message, 0)],
            code,
            plan.Entry.Length > 0 ? plan.Entry : null,
            plan.Check?.Host,
            plan.Check?.Port,
            Username: plan.Check?.Username,
            Source: plan.Source
        );
}
