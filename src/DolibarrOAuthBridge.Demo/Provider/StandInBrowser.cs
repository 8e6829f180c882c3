// SPDX-License-Identifier: GPL-3.0-or-later

using System.Net;
using System.Text.RegularExpressions;

namespace DolibarrOAuthBridge.Demo.Provider;

/// <summary>A person with a browser: opens a page of the provider, fills its form in and presses a button.</summary>
/// <param name="http">Does not follow redirects.</param>
internal sealed partial class StandInBrowser(HttpClient http)
{
    /// <summary>Opens a page and answers its question, if it asks one.</summary>
    /// <returns>Where the provider sends the browser in the end.</returns>
    /// <exception cref="InvalidOperationException">The provider shows an error or an unexpected page.</exception>
    public async Task<Uri> DecideAsync(Uri page, bool allow, string? subject, CancellationToken cancellationToken)
    {
        using var shown = await http.GetAsync(page, cancellationToken);
        if (shown.Headers.Location is { } already)
        {
            return new Uri(page, already);
        }

        var html = await shown.Content.ReadAsStringAsync(cancellationToken);
        var action = Action().Match(html);
        if (!shown.IsSuccessStatusCode || !action.Success)
        {
            throw new InvalidOperationException($"The provider shows no form ({(int)shown.StatusCode}): {html}");
        }

        var fields = Hidden().Matches(html).Select(match => KeyValuePair.Create(Decode(match, "name"), Decode(match, "value"))).ToList();
        fields.Add(new("subject", subject ?? Decode(Chosen().Match(html), "value")));
        fields.Add(new("decision", allow ? "allow" : "deny"));
        using var content = new FormUrlEncodedContent(fields);
        using var answer = await http.PostAsync(new Uri(page, Decode(action, "value")), content, cancellationToken);
        return answer.Headers.Location is { } location
            ? new Uri(page, location)
            : throw new InvalidOperationException(
                $"The provider does not go on ({(int)answer.StatusCode}): {await answer.Content.ReadAsStringAsync(cancellationToken)}"
            );
    }

    private static string Decode(Match match, string group) => WebUtility.HtmlDecode(match.Groups[group].Value);

    [GeneratedRegex("<form method=\"post\" action=\"(?<value>[^\"]*)\"")]
    private static partial Regex Action();

    [GeneratedRegex("<input type=\"hidden\" name=\"(?<name>[^\"]*)\" value=\"(?<value>[^\"]*)\">")]
    private static partial Regex Hidden();

    [GeneratedRegex("<input type=\"radio\" name=\"subject\" value=\"(?<value>[^\"]*)\" checked>")]
    private static partial Regex Chosen();
}
