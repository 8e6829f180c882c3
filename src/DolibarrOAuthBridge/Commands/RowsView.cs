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
                Output.Cell(row.Entity.ToString(CultureInfo.InvariantCulture)),
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
        rows.Where(row => row.Problem is not null).Select(row => $"Row {row.Rowid} ({row.Service}): {row.Problem}");

    public static Grid Card(InspectedRow row, DateTimeOffset now)
    {
        var card = new Grid().AddColumn(new GridColumn { NoWrap = true }).AddColumn();
        Add("Row", row.Rowid.ToString(CultureInfo.InvariantCulture));
        Add("Service", row.Service);
        Add("Entity", row.Entity.ToString(CultureInfo.InvariantCulture));
        Add("Entry", OwnerOf(row));
        Add("Storage", row.Storage);
        Add("Problem", row.Problem, Color.Red);
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
