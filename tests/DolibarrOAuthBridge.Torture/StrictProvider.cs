// SPDX-License-Identifier: GPL-3.0-or-later

using System.Collections.Concurrent;
using System.Text.Json;
using DolibarrOAuthBridge.Demo.Provider;
using Microsoft.AspNetCore.Http;

namespace DolibarrOAuthBridge.Torture;

/// <summary>
/// A token endpoint for many grants that rotates strictly: a refresh token that comes a second time revokes its grant for good, as
/// RFC 9700, section 4.14.2 wants it.
/// </summary>
internal sealed class StrictProvider : IAsyncDisposable
{
    public const string Path = "/oauth/token";
    public const string DeadPath = "/dead/token";

    // States of a TCP connection: open at both ends, or at ours.
    private const string Established = "01";
    private const string CloseWait = "08";

    private readonly ScriptedProvider _server;
    private readonly Lock _gate = new();
    private readonly Dictionary<string, string> _current = new(StringComparer.Ordinal); // by family
    private readonly HashSet<string> _revoked = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<Func<HttpContext, string, string, Task>> _odd = new();
    private int _inFlight;

    private StrictProvider(ScriptedProvider server)
    {
        _server = server;
        server.Map(Path, AnswerAsync);
        server.Map(DeadPath, static context => Task.Delay(Timeout.Infinite, context.RequestAborted));
    }

    /// <summary>Where it takes refresh tokens.</summary>
    public Uri Endpoint => _server.Endpoint(Path);

    /// <summary>Where nothing ever answers.</summary>
    public Uri DeadEndpoint => new UriBuilder(_server.Endpoint(DeadPath)) { Host = "localhost" }.Uri;

    /// <summary>The longest time that an answer takes, in milliseconds.</summary>
    public int Slowness { get; set; } = 40;

    /// <summary>How often a refresh token came a second time.</summary>
    public int Doubles { get; private set; }

    /// <summary>How often it gave new tokens.</summary>
    public int Granted { get; private set; }

    /// <summary>Whether it answers nobody at the moment, and no request waits for it in the kernel.</summary>
    public bool IsIdle => Volatile.Read(ref _inFlight) == 0 && !HasConnections();

    public static async Task<StrictProvider> StartAsync() => new(await ScriptedProvider.StartAsync());

    /// <summary>A new grant, and its first refresh token.</summary>
    public string Consent()
    {
        lock (_gate)
        {
            var family = Guid.NewGuid().ToString("N")[..12];
            return _current[family] = Make(family);
        }
    }

    /// <summary>Whether this is the refresh token that its grant's next refresh needs.</summary>
    public bool IsCurrent(string? refreshToken)
    {
        lock (_gate)
        {
            return refreshToken is not null
                && !_revoked.Contains(FamilyOf(refreshToken))
                && _current.GetValueOrDefault(FamilyOf(refreshToken)) == refreshToken;
        }
    }

    /// <summary>Answers the next request so; the function gets the new access and refresh token.</summary>
    public void Next(Func<HttpContext, string, string, Task> answer) => _odd.Enqueue(answer);

    /// <summary>Does something between the next refresh at the provider and its answer.</summary>
    public void BeforeNextAnswer(Func<Task> work) =>
        Next(
            async (context, access, next) =>
            {
                await work();
                await GrantAsync(context, access, next);
            }
        );

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    // A process that was killed may have sent a request that nobody has accepted yet: its connection is in the kernel's table.
    private bool HasConnections()
    {
        var end = $":{Endpoint.Port:X4}";
        return File.ReadLines("/proc/net/tcp")
            .Select(static line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Any(fields => fields[1].EndsWith(end, StringComparison.Ordinal) && fields[3] is Established or CloseWait);
    }

    private static string Make(string family) => $"rt.{family}.{Guid.NewGuid():N}";

    private static string FamilyOf(string refreshToken) => refreshToken.Split('.') is [_, var family, _] ? family : string.Empty;

    private static Task GrantAsync(HttpContext context, string access, string next)
    {
        context.Response.ContentType = "application/json";
        return context.Response.WriteAsync(
            JsonSerializer.Serialize(
                new
                {
                    access_token = access,
                    refresh_token = next,
                    token_type = "Bearer",
                    expires_in = 3600,
                }
            )
        );
    }

    private async Task AnswerAsync(HttpContext context)
    {
        Interlocked.Increment(ref _inFlight);
        try
        {
            var sent = context.Request.Form["refresh_token"].ToString();
            await Task.Delay(Random.Shared.Next(Slowness / 2 + 1));
            string? next = null;
            lock (_gate)
            {
                var family = FamilyOf(sent);
                if (_current.GetValueOrDefault(family) == sent && !_revoked.Contains(family))
                {
                    next = _current[family] = Make(family);
                    Granted++;
                }
                else if (_current.ContainsKey(family) && _revoked.Add(family))
                {
                    Doubles++;
                }
            }

            await Task.Delay(Random.Shared.Next(Slowness / 2 + 1));
            if (next is null)
            {
                context.Response.StatusCode = 400;
                await context.Response.WriteAsJsonAsync(new { error = "invalid_grant" });
                return;
            }

            var access = $"at.{Guid.NewGuid():N}";
            if (_odd.TryDequeue(out var odd))
            {
                await odd(context, access, next);
                return;
            }

            await GrantAsync(context, access, next);
        }
        finally
        {
            Interlocked.Decrement(ref _inFlight);
        }
    }
}
