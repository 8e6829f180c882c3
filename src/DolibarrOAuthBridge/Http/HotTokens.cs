// SPDX-License-Identifier: GPL-3.0-or-later

using System.Collections.Concurrent;
using System.Text.Json;
using DolibarrOAuthBridge.Grants;
using DolibarrOAuthBridge.Http.Contracts;
using DolibarrOAuthBridge.Tokens;

namespace DolibarrOAuthBridge.Http;

/// <summary>
/// The shortest way of a token that is in memory and lives long enough: the same request as a moment ago gets the same answer without
/// routing, binding and writing it anew. Everything else takes the usual way.
/// </summary>
internal sealed class HotTokens(TokenBroker broker, TimeProvider time)
{
    /// <summary>The call's name in the API's document.</summary>
    public const string Call = "GetToken";

    private const int MostTargets = 1024; // a caller with the API key can think of many

    private readonly ConcurrentDictionary<(string Path, string Query), Target> _targets = new();

    /// <summary>What a request for a token got, to be answered so again while it holds.</summary>
    public void Remember(HttpRequest request, string entry, int entity, TimeSpan? minTtl)
    {
        if (_targets.Count >= MostTargets)
        {
            _targets.Clear();
        }

        _targets.TryAdd((request.Path.Value!, request.QueryString.Value ?? string.Empty), new Target(entry, entity, minTtl));
    }

    /// <summary>The answer to a request that was seen before, if the token is in memory and lives long enough.</summary>
    public byte[]? Find(HttpRequest request) =>
        HttpMethods.IsGet(request.Method)
        && _targets.TryGetValue((request.Path.Value!, request.QueryString.Value ?? string.Empty), out var target)
        && broker.FindHot(target.Entry, target.Entity, target.MinTtl, CallerName.Of(request.HttpContext)) is { } token
            ? target.BodyOf(token, time.GetUtcNow())
            : null;

    private sealed class Target(string entry, int entity, TimeSpan? minTtl)
    {
        private Body? _last;

        public string Entry => entry;

        public int Entity => entity;

        public TimeSpan? MinTtl => minTtl;

        // The answer is the same for a second: it says how many are left.
        public byte[] BodyOf(AccessToken token, DateTimeOffset now)
        {
            var left = TokenAnswers.SecondsLeft(token.ExpiresAt, now);
            if (_last is not { } last || last.Left != left || !ReferenceEquals(last.Value, token.Value))
            {
                var bytes = JsonSerializer.SerializeToUtf8Bytes(TokenAnswers.Of(token, now), ApiJson.Default.TokenAnswerJson);
                _last = last = new Body(token.Value, left, bytes);
            }

            return last.Bytes;
        }
    }

    private sealed class Body(string value, long? left, byte[] bytes)
    {
        public string Value => value;

        public long? Left => left;

        public byte[] Bytes => bytes;
    }
}

/// <summary>Puts <see cref="HotTokens"/> before the routing.</summary>
internal static class HotTokenRouting
{
    public static IApplicationBuilder UseHotTokens(this IApplicationBuilder app) =>
        app.Use(
            static (context, next) =>
                IsAboutAnEntry(context) && context.RequestServices.GetRequiredService<HotTokens>().Find(context.Request) is { } body
                    ? WholeAnswer.WriteAsync(context, body)
                    : next(context)
        );

    // Other calls may be about no instance, and have none of its services.
    private static bool IsAboutAnEntry(HttpContext context) =>
        context.Request.Path.Value?.StartsWith("/v1/entries/", StringComparison.Ordinal) == true
        && ((RequestPlace?)context.Features[typeof(RequestPlace)])?.Instance is not null;
}
