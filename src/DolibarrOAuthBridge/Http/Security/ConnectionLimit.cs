// SPDX-License-Identifier: GPL-3.0-or-later

using System.Text;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace DolibarrOAuthBridge.Http.Security;

/// <summary>Puts every connection through the <see cref="ConnectionRoom"/>; one that finds no room is told so with a 503.</summary>
internal static class ConnectionLimit
{
    private const int MostRefusals = 100; // answered at a time; more are closed without an answer
    private static readonly TimeSpan RefusalPatience = TimeSpan.FromSeconds(1);

    private static readonly byte[] Refusal = Encoding.ASCII.GetBytes(
        "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
    );

    /// <summary>For every address and socket that is listened on after this.</summary>
    public static void LimitConnections(this KestrelServerOptions kestrel)
    {
        var room = kestrel.ApplicationServices.GetRequiredService<ConnectionRoom>();
        var refusals = new SemaphoreSlim(MostRefusals);
        kestrel.Limits.MaxConcurrentConnections = null;
        kestrel.ConfigureEndpointDefaults(listen => listen.Use(next => connection => ServeAsync(connection, room, refusals, next)));
    }

    /// <summary>Notes when a request arrived on the connection, and when it is answered.</summary>
    public static IApplicationBuilder UseConnectionRoom(this IApplicationBuilder app) =>
        app.Use(
            static async (context, next) =>
            {
                var guest = (ConnectionGuest?)context.Features[typeof(ConnectionGuest)];
                guest?.Touch();
                if (guest is not null && context.Features.Get<IHttpRequestBodyDetectionFeature>()?.CanHaveBody == true)
                {
                    context.Request.Body = new ArrivingBody(context.Request.Body, guest);
                }

                try
                {
                    await next(context);
                }
                finally
                {
                    guest?.Await();
                }
            }
        );

    private static async Task ServeAsync(ConnectionContext connection, ConnectionRoom room, SemaphoreSlim refusals, ConnectionDelegate next)
    {
        if (room.TryEnter(() => connection.Abort(new ConnectionAbortedException("Its place was needed."))) is not { } guest)
        {
            await RefuseAsync(connection, refusals);
            return;
        }

        try
        {
            connection.Features.Set(guest);
            await next(connection);
        }
        finally
        {
            guest.Leave();
        }
    }

    // The request is read first: closing a socket with unread bytes would take the answer away from the caller again.
    private static async Task RefuseAsync(ConnectionContext connection, SemaphoreSlim refusals)
    {
        if (!await refusals.WaitAsync(TimeSpan.Zero))
        {
            return;
        }

        try
        {
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(connection.ConnectionClosed);
            patience.CancelAfter(RefusalPatience);
            var request = await connection.Transport.Input.ReadAsync(patience.Token);
            connection.Transport.Input.AdvanceTo(request.Buffer.End);
            await connection.Transport.Output.WriteAsync(Refusal, patience.Token);
            await connection.Transport.Output.CompleteAsync();
        }
        catch (Exception exception) when (exception is OperationCanceledException or IOException)
        {
            // The caller sends nothing or is gone.
        }
        finally
        {
            refusals.Release();
        }
    }
}
