// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Http.Contracts;
using DolibarrOAuthBridge.Mail;
using DolibarrOAuthBridge.Providers;
using Microsoft.AspNetCore.Http.HttpResults;

namespace DolibarrOAuthBridge.Http.Endpoints;

/// <summary>Logins to mail servers with an entry's token. A check that fails is a good answer that says why.</summary>
internal static class MailEndpoints
{
    public static IEndpointRouteBuilder MapMailChecks(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/v1/entries/{entry}/check").WithTags("Mail");
        group
            .MapPost("/smtp", CheckSmtpAsync)
            .WithName("CheckSmtp")
            .WithSummary("Logs in to a submission server with the entry's token. No mail is sent without send_to.");
        group
            .MapPost("/imap", CheckImapAsync)
            .WithName("CheckImap")
            .WithSummary("Logs in to an IMAP server with the entry's token, lists the folders and opens INBOX. Nothing is changed.");
        var dolibarr = routes.MapGroup("/v1/check").WithTags("Mail");
        dolibarr
            .MapPost("/smtp", CheckDolibarrSmtpAsync)
            .WithName("CheckDolibarrSmtp")
            .WithSummary("Checks Dolibarr's own settings for sending mail, in every context that logs in with a token.");
        dolibarr
            .MapPost("/imap", CheckDolibarrImapAsync)
            .WithName("CheckDolibarrImap")
            .WithSummary("Checks every email collector that logs in with a token.");
        return routes;
    }

    private static Task<Ok<MailCheckReport>> CheckSmtpAsync(
        string entry,
        MailCheckJson check,
        MailChecker checker,
        string? entity,
        CancellationToken cancellationToken
    ) => CheckAsync(MailProtocol.Smtp, entry, check, checker, entity, cancellationToken);

    private static Task<Ok<MailCheckReport>> CheckImapAsync(
        string entry,
        MailCheckJson check,
        MailChecker checker,
        string? entity,
        CancellationToken cancellationToken
    ) => CheckAsync(MailProtocol.Imap, entry, check, checker, entity, cancellationToken);

    private static async Task<Ok<MailCheckReport>> CheckAsync(
        MailProtocol protocol,
        string entry,
        MailCheckJson check,
        MailChecker checker,
        string? entity,
        CancellationToken cancellationToken
    ) => TypedResults.Ok(await checker.CheckAsync(entry, RequestValues.Entity(entity), check.ToCheck(protocol), cancellationToken));

    private static async Task<Ok<MailCheckList>> CheckDolibarrSmtpAsync(
        DolibarrMailJson? which,
        DolibarrMail mail,
        string? entity,
        CancellationToken cancellationToken
    ) =>
        TypedResults.Ok(
            await mail.CheckSmtpAsync(RequestValues.Entity(entity), which?.Entry, which?.Context, which?.SendTo, cancellationToken)
        );

    private static async Task<Ok<MailCheckList>> CheckDolibarrImapAsync(
        DolibarrMailJson? which,
        DolibarrMail mail,
        string? entity,
        CancellationToken cancellationToken
    ) => TypedResults.Ok(await mail.CheckImapAsync(RequestValues.Entity(entity), which?.Entry, cancellationToken));
}
