// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Reports;
using Spectre.Console;

namespace DolibarrOAuthBridge.Commands;

/// <summary>The entries for people: a table, then what is to be looked at, then the redirect URIs.</summary>
internal static class EntriesView
{
    private const int LongestScopes = 48;

    public static Table Table(IReadOnlyList<EntryReport> reports, DateTimeOffset now)
    {
        var table = Output.Table("Entry", "Provider", "Status", "Expires", "Refresh token", "Refreshed", "Scopes");
        foreach (var report in reports)
        {
            table.AddRow(
                Output.Cell(report.Entry),
                Output.Cell(report.Provider),
                Output.Cell(report.Token.Status, ColorOf(report.Token.Status)),
                Output.Cell(report.Token.Status == TokenStatus.NeverExpires ? "never" : Output.Relative(report.Token.ExpiresAt, now)),
                Output.Cell(report.Token.HasRefreshToken ? "yes" : "no"),
                Output.Cell(Output.Relative(report.Token.RefreshedAt, now)),
                Output.Cell(Shorten(string.Join(' ', report.Scopes)))
            );
        }

        return table;
    }

    public static IEnumerable<string> Notes(IReadOnlyList<EntryReport> reports) =>
        reports
            .SelectMany(report => report.Warnings.Select(warning => $"{report.Entry}: {warning.Message} [{warning.Code}]"))
            .Concat(
                reports
                    .Select(report => report.RedirectUri)
                    .OfType<string>()
                    .Distinct(StringComparer.Ordinal)
                    .Select(uri => $"Redirect URI to register at the providers: {uri}")
            );

    private static Color ColorOf(string status) =>
        status switch
        {
            TokenStatus.Valid or TokenStatus.NeverExpires => Color.Green,
            TokenStatus.Expiring or TokenStatus.Expired => Color.Yellow,
            TokenStatus.None => Color.Default,
            _ => Color.Red,
        };

    private static string Shorten(string text) => text.Length <= LongestScopes ? text : text[..(LongestScopes - 1)] + "…";
}
