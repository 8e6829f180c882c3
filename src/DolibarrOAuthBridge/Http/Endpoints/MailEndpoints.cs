using DolibarrOAuthBridge.Http.Contracts;
using DolibarrOAuthBridge.Mail;
using Microsoft.AspNetCore.Http.HttpResults;

namespace DolibarrOAuthBridge.Http.Endpoints;

/// <summary>Logins to mail servers with an entry's token. A check that fails is a good answer that says why.</summary>
internal static class MailEndpoints
{
    public static RouteGroupBuilder MapMailChecks(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/v1/entries/{entry}/check").WithTags("Mail");
        group.MapPost("/smtp", CheckSmtpAsync).WithName("CheckSmtp").WithSummary("Logs in to a submission server with the entry's token. No mail is sent without send_to.");
        group.MapPost("/imap", CheckImapAsync).WithName("CheckImap").WithSummary("Logs in to an IMAP server with the entry's token, lists the folders and opens INBOX. Nothing is changed.");
        return group;
    }

    private static Task<Ok<MailCheckReport>> CheckSmtpAsync(string entry, MailCheckJson check, MailChecker checker, string? entity, CancellationToken cancellationToken) =>
        CheckAsync(MailProtocol.Smtp, entry, check, checker, entity, cancellationToken);

    private static Task<Ok<MailCheckReport>> CheckImapAsync(string entry, MailCheckJson check, MailChecker checker, string? entity, CancellationToken cancellationToken) =>
        CheckAsync(MailProtocol.Imap, entry, check, checker, entity, cancellationToken);

    private static async Task<Ok<MailCheckReport>> CheckAsync(
        MailProtocol protocol, string entry, MailCheckJson check, MailChecker checker, string? entity, CancellationToken cancellationToken) =>
        TypedResults.Ok(await checker.CheckAsync(entry, RequestValues.Entity(entity), check.ToCheck(protocol), cancellationToken).ConfigureAwait(false));
}
