// SPDX-License-Identifier: GPL-3.0-or-later

using System.Collections.Concurrent;

namespace DolibarrOAuthBridge.Demo.Provider;

/// <summary>
/// A hostile provider: a test says for each path what is answered, and every request is kept. For what no real provider
/// gives; whatever a real one does is better tested with <see cref="StandInProvider"/>.
/// </summary>
public sealed class ScriptedProvider : IAsyncDisposable
{
    private readonly WebApplication _application;
    private readonly ConcurrentDictionary<string, Func<HttpContext, Task>> _answers = new(StringComparer.Ordinal);
    private readonly ObservedList<ScriptedRequest> _requests = new();

    private ScriptedProvider(WebApplication application, Uri address)
    {
        _application = application;
        BaseAddress = address;
        application.Run(AnswerAsync);
    }

    /// <summary>Where it listens, such as <c>http://127.0.0.1:40123/</c>.</summary>
    public Uri BaseAddress { get; }

    /// <summary>Every request so far, in order of arrival, unmapped paths included.</summary>
    public IReadOnlyList<ScriptedRequest> Requests => _requests.Snapshot();

    /// <summary>Starts a provider that answers 404 everywhere.</summary>
    public static async Task<ScriptedProvider> StartAsync(CancellationToken cancellationToken = default)
    {
        var (builder, address) = LoopbackServer.Prepare(0);
        var provider = new ScriptedProvider(builder.Build(), address);
        try
        {
            await provider._application.StartAsync(cancellationToken);
            return provider;
        }
        catch
        {
            await provider.DisposeAsync();
            throw;
        }
    }

    /// <summary>The absolute address of one of its paths, such as <c>oauth/token</c>.</summary>
    public Uri Endpoint(string path) => new(BaseAddress, path);

    /// <summary>
    /// Answers a path from now on, instead of what answered before. A form has been read already and can be read again. An
    /// answer that never ends should wait for <see cref="HttpContext.RequestAborted"/>.
    /// </summary>
    /// <param name="path">The path, such as <c>/oauth/token</c>.</param>
    /// <param name="answer">The answer.</param>
    public void Map(string path, Func<HttpContext, Task> answer) => _answers[Rooted(path)] = answer;

    /// <summary>Answers a path with JSON from now on.</summary>
    public void MapJson(string path, string json, int status = StatusCodes.Status200OK) => Map(path, async context =>
        {
            context.Response.StatusCode = status;
            context.Response.ContentType = "application/json";
            await context.Response.WriteAsync(json, context.RequestAborted);
        });

    /// <summary>The requests to one path.</summary>
    public IReadOnlyList<ScriptedRequest> RequestsTo(string path) => [.. Requests.Where(request => request.Path == Rooted(path))];

    /// <summary>Waits until a path has been called this often in all.</summary>
    public Task WaitForAsync(string path, int times = 1, CancellationToken cancellationToken = default) =>
        _requests.WaitAsync(requests => requests.Count(request => request.Path == Rooted(path)) >= times, cancellationToken);

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await _application.StopAsync();
        await _application.DisposeAsync();
    }

    private static string Rooted(string path) => path.StartsWith('/') ? path : "/" + path;

    private async Task AnswerAsync(HttpContext context)
    {
        _requests.Add(await ScriptedRequest.ReadAsync(context.Request));
        if (_answers.TryGetValue(context.Request.Path.Value ?? "/", out var answer))
        {
            await answer(context);
        }
        else
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
        }
    }
}
