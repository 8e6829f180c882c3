// SPDX-License-Identifier: GPL-3.0-or-later

using System.Net;
using System.Text.Encodings.Web;
using System.Threading.Channels;
using DolibarrOAuthBridge.Http;
using DolibarrOAuthBridge.Providers;

namespace DolibarrOAuthBridge.Commands.Consenting;

/// <summary>
/// Receives the browser at a loopback address (RFC 8252, sections 7.3 and 8.3): only there, only at the one path, only by its own name. It
/// answers with a page that says how the consent ended and loads nothing.
/// </summary>
internal sealed class LoopbackListener : IAsyncDisposable
{
    private readonly WebApplication _application;
    private readonly ChannelWriter<RedirectAnswer> _answers;
    private readonly Uri _address;

    private LoopbackListener(WebApplication application, Uri address, ChannelWriter<RedirectAnswer> answers)
    {
        _application = application;
        _address = address;
        _answers = answers;
    }

    /// <summary>The redirect URI, with the port that was free.</summary>
    public string RedirectUri { get; private set; } = string.Empty;

    /// <summary>Begins to listen.</summary>
    /// <param name="redirectUri">A loopback address; port 0 for any free port.</param>
    /// <param name="answers">Where the answers go.</param>
    /// <param name="cancellationToken">Cancels the start.</param>
    /// <exception cref="UsageException">It is no loopback address.</exception>
    /// <exception cref="BridgeException">The port is taken.</exception>
    public static async Task<LoopbackListener> StartAsync(
        string redirectUri,
        ChannelWriter<RedirectAnswer> answers,
        CancellationToken cancellationToken
    )
    {
        if (
            !Uri.TryCreate(redirectUri, UriKind.Absolute, out var address)
            || address.Scheme != Uri.UriSchemeHttp
            || !EndpointUri.IsLoopback(address)
            || address.UserInfo.Length > 0
            || address.Query.Length > 0
            || address.Fragment.Length > 0
        )
        {
            throw new UsageException(
                "--redirect-uri must be a loopback address such as http://127.0.0.1:8000/callback. "
                    + "For the one that is registered for Dolibarr use --paste."
            );
        }

        var builder = BareServer.CreateBuilder();
        builder.Logging.ClearProviders();
        builder.Services.Configure<HostOptions>(static host => host.ShutdownTimeout = TimeSpan.FromSeconds(5));
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = 0;
            kestrel.Limits.MaxConcurrentConnections = 20;
            kestrel.Listen(IPAddress.TryParse(address.IdnHost, out var literal) ? literal : IPAddress.Loopback, address.Port);
        });
        var listener = new LoopbackListener(builder.Build(), address, answers);
        listener._application.Run(listener.HandleAsync);
        try
        {
            await listener._application.StartAsync(cancellationToken);
        }
        catch (IOException exception)
        {
            await listener._application.DisposeAsync();
            throw new BridgeException(
                CommandProblemCode.ListenFailed,
                $"{redirectUri} cannot be listened on: {exception.Message}",
                innerException: exception
            );
        }

        var port = new Uri(listener._application.Urls.First()).Port;
        listener.RedirectUri = new UriBuilder(address) { Port = port }
            .Uri
            .AbsoluteUri;
        return listener;
    }

    /// <summary>Stops listening once the page under way has been written: without the stop its connection would be cut.</summary>
    public async ValueTask DisposeAsync()
    {
        await _application.StopAsync();
        await _application.DisposeAsync();
    }

    private async Task HandleAsync(HttpContext context)
    {
        var (request, response) = (context.Request, context.Response);
        response.Headers.CacheControl = "no-store";
        response.Headers.ContentSecurityPolicy = "default-src 'none'; frame-ancestors 'none'";
        response.Headers.XContentTypeOptions = "nosniff";
        response.Headers["Referrer-Policy"] = "no-referrer";

        // Another name would be a page elsewhere that points its own name at this machine.
        var isOurs = request.Host.Value == new Uri(RedirectUri).Authority && request.Path == _address.AbsolutePath;
        if (!isOurs || !HttpMethods.IsGet(request.Method))
        {
            response.StatusCode = isOurs ? StatusCodes.Status405MethodNotAllowed : StatusCodes.Status404NotFound;
            return;
        }

        var answer = new RedirectAnswer(request.QueryString.Value ?? string.Empty);
        _answers.TryWrite(answer);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, _application.Lifetime.ApplicationStopping);
        await Task.WhenAny(answer.Outcome, Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, end.Token));
        var outcome = answer.Outcome.IsCompletedSuccessfully
            ? await answer.Outcome
            : "The command that waited for this answer has ended. Start it again.";
        response.ContentType = "text/html; charset=utf-8";
        await response.WriteAsync(
            $"""
            <!doctype html><html lang="en"><head><meta charset="utf-8"><title>DolibarrOAuthBridge</title></head>
            <body><p>{HtmlEncoder.Default.Encode(outcome)}</p></body></html>
            """,
            context.RequestAborted
        );
    }
}
