// SPDX-License-Identifier: GPL-3.0-or-later

namespace DolibarrOAuthBridge;

/// <summary>How a person hears of notices: the settings of <c>Bridge:Notify</c>.</summary>
internal sealed class NotifyOptions
{
    /// <summary>The names of the settings.</summary>
    public static IReadOnlyList<string> Names { get; } =
    [nameof(Webhook), nameof(WebhookSecretFile), nameof(WebhookTemplate), nameof(Command)];

    /// <summary>The URL that notices are posted to, https or on this machine; null for none.</summary>
    public Uri? Webhook { get; init; }

    /// <summary>The file with the secret that the bodies are signed with; empty for none.</summary>
    public string WebhookSecretFile { get; init; } = string.Empty;

    /// <summary>
    /// A body of one's own, in which <c>{{message}}</c> and the other names stand for their values; empty for the bridge's own.
    /// </summary>
    public string WebhookTemplate { get; init; } = string.Empty;

    /// <summary>A program to run for each notice, with arguments if wanted; empty for none.</summary>
    public string Command { get; init; } = string.Empty;
}
