// SPDX-License-Identifier: GPL-3.0-or-later

using System.Globalization;
using DolibarrOAuthBridge.Reports;
using Spectre.Console;

namespace DolibarrOAuthBridge.Commands;

/// <summary>Rows of the token table for people: many as a table, one as a card.</summary>
internal static class RowsView
{
    public static Table Table(IReadOnlyList<InspectedRow> rows, DateTimeOffset now)
    {
        var table = Output.Table("Row", "Service", "Entity", "Entry", "Storage", "Expires", "Refresh token", "Changed");
        foreach (var row in rows)
        {
            table.AddRow(
                Output.Cell(row.Rowid.ToString(CultureInfo.InvariantCulture)),
                Output.Cell(row.Service),
                Output.Cell(row.EntityText, row.Entity is null or 0 ? Color.Yellow : null),
                Output.Cell(
                    OwnerOf(row),
                    row.Kind == "other" ? Color.Grey
                        : row.NeedsPerson ? Color.Red
                        : null
                ),
                Output.Cell(row.Storage, row.Storage == "plain" && row.Entry is not null ? Color.Yellow : null),
                Output.Cell(row.NeverExpires ? "never" : Output.Relative(row.ExpiresAt, now), row.ExpiresAt < now ? Color.Yellow : null),
                Output.Cell(
                    row.Problem is not null ? "unreadable"
                        : row.AccessToken is null ? "-"
                        : row.RefreshToken is null ? "no"
                        : "yes",
                    row.Problem is null ? null : Color.Red
                ),
                Output.Cell(Output.Relative(Utc(row.Modified), now))
            );
        }

        return table;
    }

    public static IEnumerable<string> Notes(IReadOnlyList<InspectedRow> rows) =>
        rows.Select(row => (Row: row, Text: row.Problem ?? row.Note ?? NoCompany(row)))
            .Where(note => note.Text is not null)
            .Select(note => $"Row {note.Row.Rowid} ({note.Row.Service}): {note.Text}");

    public static Grid Card(InspectedRow row, DateTimeOffset now)
    {
        var card = new Grid().AddColumn(new GridColumn { NoWrap = true }).AddColumn();
        Add("Row", row.Rowid.ToString(CultureInfo.InvariantCulture));
        Add("Service", row.Service);
        Add("Entity", row.EntityText);
        Add("Entry", OwnerOf(row));
        Add("Storage", row.Storage);
        Add("Problem", row.Problem, Color.Red);
        Add("Note", row.Note ?? NoCompany(row));
        Add("Access token", row.AccessToken);
        Add(
            "Expires",
            row.NeverExpires ? "never"
                : row.AccessToken is null ? null
                : row.ExpiresAt is null ? "the row does not say"
                : Output.RelativeAndExact(row.ExpiresAt, now),
            row.ExpiresAt < now ? Color.Yellow : null
        );
        Add("Refresh token", row.RefreshToken ?? (row.AccessToken is null ? null : "none"));
        Add("Scope", row.Scope);
        Add("Parameters", row.Parameters.Count == 0 ? null : string.Join(' ', row.Parameters));
        Add("State", row.State);
        Add("Created", row.Created is null ? null : Output.RelativeAndExact(Utc(row.Created), now));
        Add("Changed", row.Modified is null ? null : Output.RelativeAndExact(Utc(row.Modified), now));
        return card;

        void Add(string name, string? value, Color? color = null)
        {
            if (value is not null)
            {
                card.AddRow(new Text(name, new Style(decoration: Decoration.Bold)), Output.Cell(value, color));
            }
        }
    }

    private static string? NoCompany(InspectedRow row) =>
        row is { Kind: "orphan", Entity: null or 0 }
            ? $"Its entity is {row.EntityText}, which is no company's: Dolibarr and the bridge read the rows of one company only."
            : null;

    private static string OwnerOf(InspectedRow row) =>
        row.Kind switch
        {
            "orphan" => "none of this name",
            "duplicate" => $"{row.Entry} (one of several)",
            _ => row.Entry ?? "another owner's",
        };

    private static DateTimeOffset? Utc(DateTime? time) =>
        time is { } known ? new DateTimeOffset(DateTime.SpecifyKind(known, DateTimeKind.Utc)) : null;
}
