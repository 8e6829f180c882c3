// SPDX-License-Identifier: GPL-3.0-or-later

using System.Net;
using System.Text.Json;

namespace DolibarrOAuthBridge.Demo.Tests.Support;

/// <summary>What an endpoint answered.</summary>
internal sealed record Answer(HttpStatusCode Status, string Body)
{
    public string? Error => this["error"];

    public string AccessToken => this["access_token"] ?? throw new InvalidOperationException($"No access token: {Status} {Body}");

    public string? RefreshToken => this["refresh_token"];

    public string? this[string member] =>
        JsonDocument.Parse(Body).RootElement.TryGetProperty(member, out var value) ? value.ToString() : null;
}
