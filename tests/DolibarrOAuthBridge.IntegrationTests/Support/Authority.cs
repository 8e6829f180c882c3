// SPDX-License-Identifier: GPL-3.0-or-later

using System.Collections.Concurrent;
using System.Text.Json;
using DolibarrOAuthBridge.Demo.Provider;
using Microsoft.AspNetCore.Http;

namespace DolibarrOAuthBridge.IntegrationTests.Support;

/// <summary>
/// A token endpoint that rotates refresh tokens and takes the second use of one for theft: it then revokes the whole grant,
/// so a test that spends a refresh token twice cannot go well. Each answer can be replaced or held back.
/// </summary>
internal sealed class Authority : IAsyncDisposable
{
    public const string TokenPath = "/oauth/token";
    public const string RevocationPath = "/oauth/revoke";

    private readonly Lock _gate = new();
    private readonly HashSet<string> _spent = [];
    private readonly ConcurrentQueue<Func<HttpContext, Task>> _next = new();
    private readonly ConcurrentBag<string> _issued = [];
    private string _current = string.Empty;
    private bool _revoked;

    private Authority(ScriptedProvider server)
    {
        Server = server;
        server.Map(TokenPath, AnswerAsync);
        server.Map(RevocationPath, static _ => Task.CompletedTask);
    }

    public ScriptedProvider Server { get; }

    public bool Rotates { get; set; } = true;

    public int Lifetime { get; set; } = 3600;

    /// <summary>Access tokens have at least so many characters.</summary>
    public int AccessTokenLength { get; set; }

    public string ClientSecret { get; set; } = string.Empty;

    /// <summary>What is answered where nothing else is planned; null for tokens.</summary>
    public Func<HttpContext, Task>? Always { get; set; }

    public int Granted { get; private set; }

    public int Asked => Server.RequestsTo(TokenPath).Count;

    public bool SawReuse { get; private set; }

    public IEnumerable<string> Issued => _issued;

    public string TokenEndpoint => Server.Endpoint(TokenPath).AbsoluteUri;

    public string RevocationEndpoint => Server.Endpoint(RevocationPath).AbsoluteUri;

    public string LastAccessToken { get; private set; } = string.Empty;

    public string CurrentRefreshToken => _current;

    public static async Task<Authority> StartAsync() => new(await ScriptedProvider.StartAsync());

    /// <summary>A consent: a refresh token that counts from now on.</summary>
    public string Consent()
    {
        lock (_gate)
        {
            _revoked = false;
            return _current = Make("rt");
        }
    }

    /// <summary>Takes another provider's refresh token for its own.</summary>
    public void Adopt(string refreshToken) => _current = refreshToken;

    /// <summary>Answers the next request so, instead of with tokens.</summary>
    public void Next(Func<HttpContext, Task> answer) => _next.Enqueue(answer);

    /// <summary>Holds the next answer after the tokens have been issued.</summary>
    public Gate HoldNextAnswer()
    {
        var gate = new Gate();
        Next(async context =>
        {
            var answer = Issue(context);
            await gate.PassAsync(context.RequestAborted);
            await WriteAsync(context, answer);
        });
        return gate;
    }

    /// <summary>The next answer issues tokens as usual and writes them in another form.</summary>
    public void NextWritten(
        Func<string, byte[]> write,
        string contentType = "application/json",
        int status = 200,
        bool isCut = false,
        string? coding = null
    ) =>
        Next(async context =>
        {
            var body = write(Issue(context).Json);
            context.Response.StatusCode = status;
            context.Response.ContentType = contentType;
            context.Response.Headers.ContentEncoding = coding;
            // Fewer bytes than it says: the server closes the connection after them. An abort could take them away from the reader.
            context.Response.ContentLength = isCut ? body.Length + 100 : null;
            await context.Response.Body.WriteAsync(body, context.RequestAborted);
        });

    /// <summary>An answer of JSON.</summary>
    public static Func<HttpContext, Task> Json(int status, string json) => context => WriteAsync(context, (status, json));

    /// <summary>An OAuth error.</summary>
    public static Func<HttpContext, Task> Error(string error, int status = 400) => Json(status, JsonSerializer.Serialize(new { error }));

    /// <summary>No answer until the caller goes.</summary>
    public static async Task HangAsync(HttpContext context) =>
        await Task.Delay(Timeout.Infinite, context.RequestAborted).ContinueWith(static _ => { }, TaskScheduler.Default);

    public ValueTask DisposeAsync() => Server.DisposeAsync();

    private static async Task WriteAsync(HttpContext context, (int Status, string Json) answer)
    {
        context.Response.StatusCode = answer.Status;
        context.Response.ContentType = "application/json";
        await context.Response.WriteAsync(answer.Json, context.RequestAborted);
    }

    private async Task AnswerAsync(HttpContext context)
    {
        if (_next.TryDequeue(out var planned) || (planned = Always) is not null)
        {
            await planned(context);
            return;
        }

        await WriteAsync(context, HttpMethods.IsPost(context.Request.Method) ? Issue(context) : (405, """{"error":"invalid_request"}"""));
    }

    private (int Status, string Json) Issue(HttpContext context)
    {
        lock (_gate)
        {
            var presented = context.Request.Form["refresh_token"].ToString();
            if (ClientSecret.Length > 0 && context.Request.Form["client_secret"] != ClientSecret)
            {
                return (401, """{"error":"invalid_client"}""");
            }

            if (_spent.Contains(presented))
            {
                SawReuse = _revoked = true;
            }

            if (_revoked || presented != _current)
            {
                return (400, """{"error":"invalid_grant"}""");
            }

            Granted++;
            LastAccessToken = Make("at", AccessTokenLength);
            var answer = new Dictionary<string, object>
            {
                ["access_token"] = LastAccessToken,
                ["token_type"] = "Bearer",
                ["expires_in"] = Lifetime,
                ["scope"] = "https://mail.google.com/",
            };
            if (Rotates)
            {
                _spent.Add(_current);
                answer["refresh_token"] = _current = Make("rt");
            }

            return (200, JsonSerializer.Serialize(answer));
        }
    }

    private string Make(string kind, int length = 0)
    {
        var token = $"{kind}-canary-{Guid.NewGuid():N}".PadRight(length, 'x');
        _issued.Add(token);
        return token;
    }
}
