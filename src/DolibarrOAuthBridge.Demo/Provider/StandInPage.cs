// SPDX-License-Identifier: GPL-3.0-or-later

using System.Net;
using System.Text;

namespace DolibarrOAuthBridge.Demo.Provider;

/// <summary>The pages that a person sees.</summary>
internal static class StandInPage
{
    private const string Style = """
        body{font:16px/1.5 system-ui,sans-serif;background:#f1f4f8;color:#1c2733;display:grid;place-items:center;min-height:100vh;margin:0}
        main{background:#fff;border-radius:12px;box-shadow:0 2px 24px #0002;padding:2rem;width:min(24rem,90vw)}
        h1{font-size:1.3rem;margin:0 0 1rem}code{background:#eef1f5;border-radius:4px;padding:.1em .35em;word-break:break-all}
        label{display:block;margin:.4rem 0}small{color:#5b6875}
        input[name=user_code]{font:inherit;padding:.5rem;width:100%;box-sizing:border-box}
        button{font:inherit;border:0;border-radius:8px;padding:.6rem 1.4rem;margin:1.2rem .6rem 0 0;cursor:pointer;background:#e3e8ee}
        button.yes{background:#1f6feb;color:#fff}
        """;

    /// <summary>The consent page: which user signs in, and whether the client gets the scopes.</summary>
    /// <param name="path">Where the form goes.</param>
    /// <param name="client">The client.</param>
    /// <param name="scopes">What it asks for.</param>
    /// <param name="users">Who may sign in; the first one is chosen already.</param>
    /// <param name="parameters">The request's own parameters, sent along.</param>
    public static IResult Consent(
        string path,
        string? client,
        IEnumerable<string> scopes,
        IEnumerable<StandInUser> users,
        IEnumerable<KeyValuePair<string, string>> parameters
    )
    {
        var form = new StringBuilder($"<h1>{Encode(client)} asks for access</h1><p>It wants:</p><ul>");
        form.AppendJoin(null, scopes.Select(scope => $"<li><code>{Encode(scope)}</code></li>"));
        form.Append($"</ul><form method=\"post\" action=\"{Encode(path)}\"><p>Continue as</p>");
        form.AppendJoin(
            null,
            users.Select(
                (user, index) =>
                    $"""
                        <label><input type="radio" name="subject" value="{Encode(user.Subject)}"{(index == 0 ? " checked" : string.Empty)}>
                        {Encode(user.Name)} <small>{Encode(user.Email)}</small></label>
                        """
            )
        );
        form.AppendJoin(
            null,
            parameters.Select(parameter => $"<input type=\"hidden\" name=\"{Encode(parameter.Key)}\" value=\"{Encode(parameter.Value)}\">")
        );
        form.Append(
            """
            <button class="yes" name="decision" value="allow">Allow</button>
            <button name="decision" value="deny">Deny</button></form>
            """
        );
        return Page("Consent", form.ToString());
    }

    /// <summary>Asks for the code that a device shows.</summary>
    /// <param name="path">Where the form goes.</param>
    /// <param name="wrong">Whether another code was tried before.</param>
    public static IResult DeviceCode(string path, bool wrong) =>
        Page(
            "Connect a device",
            $"""
            <h1>Connect a device</h1>{(wrong ? "<p>This code is unknown or no longer valid.</p>" : string.Empty)}
            <form method="get" action="{Encode(
                path
            )}"><label>Type the code that it shows:<input name="user_code" autofocus required></label>
            <button class="yes">Next</button></form>
            """
        );

    /// <summary>Says how it ended.</summary>
    public static IResult Done() => Page("Done", "<h1>Done</h1><p>You can close this page and go back to your device.</p>");

    /// <summary>Says what this is.</summary>
    public static IResult Home() =>
        Page(
            "Stand-in provider",
            """
            <h1>Stand-in identity provider</h1><p>It takes the place of Google, Microsoft and the others in a demonstration. See its
            <a href="/.well-known/openid-configuration">discovery document</a>.</p>
            """
        );

    private static IResult Page(string title, string body) =>
        Results.Content(
            $"""
            <!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
            <title>{title}</title><style>{Style}</style><main>{body}</main></html>
            """,
            "text/html; charset=utf-8"
        );

    private static string Encode(string? text) => WebUtility.HtmlEncode(text) ?? string.Empty;
}
