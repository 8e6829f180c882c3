// SPDX-License-Identifier: GPL-3.0-or-later

using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;
using DolibarrOAuthBridge.Dolibarr.Configuration;

namespace DolibarrOAuthBridge.Notifications;

/// <summary>What became of a notice on one way.</summary>
/// <param name="Ok">Whether it arrived.</param>
/// <param name="Detail">What was answered, or what went wrong.</param>
internal sealed record DeliveryResult(bool Ok, string Detail);

/// <summary>The body of a webhook request.</summary>
internal sealed record WebhookBody(
    long Id,
    DateTimeOffset At,
    string Kind,
    string Severity,
    string Instance,
    int Entity,
    string Entry,
    string Message,
    string Advice
);

/// <summary>
/// Posts notices to <c>Bridge:Notify:Webhook</c>. With a secret, the header <c>X-Signature-256: sha256=HEX</c> holds the HMAC-SHA256
/// of the body.
/// </summary>
internal sealed partial class NoticeWebhook(HttpClient http, DolibarrConf conf, BridgeOptions options, TimeProvider time)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    /// <summary>Whether there is one.</summary>
    public bool IsConfigured => options.Notify.Webhook is not null;

    /// <summary>Posts a notice once.</summary>
    public async Task<DeliveryResult> SendAsync(Notice notice, CancellationToken cancellationToken = default)
    {
        using var limit = new CancellationTokenSource(Limit, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            var body = Encoding.UTF8.GetBytes(Body(notice));
            using var request = new HttpRequestMessage(HttpMethod.Post, options.Notify.Webhook)
            {
                Content = new ByteArrayContent(body) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } },
            };
            if (options.Notify.WebhookSecretFile is { Length: > 0 } file)
            {
                var secret = (await File.ReadAllTextAsync(file, both.Token)).TrimEnd('\r', '\n');
                var signature = HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), body);
                request.Headers.Add("X-Signature-256", $"sha256={Convert.ToHexStringLower(signature)}");
            }

            using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, both.Token);
            return new DeliveryResult(response.IsSuccessStatusCode, $"{options.Notify.Webhook!.Host} answered {(int)response.StatusCode}");
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new DeliveryResult(false, $"{options.Notify.Webhook!.Host} did not answer within {Limit.TotalSeconds:0} s");
        }
        catch (HttpRequestException exception)
        {
            return new DeliveryResult(false, $"{options.Notify.Webhook!.Host} cannot be reached: {exception.Message}");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return new DeliveryResult(false, $"Bridge:Notify:WebhookSecretFile cannot be read: {exception.Message}");
        }
    }

    /// <summary>The values of a notice, by the names that the body has, and in capitals the environment of the command.</summary>
    internal static IReadOnlyDictionary<string, string> Values(Notice notice, DolibarrConf conf, BridgeOptions options) =>
        new Dictionary<string, string>
        {
            ["id"] = $"{notice.Id}",
            ["at"] = $"{notice.At.UtcDateTime:yyyy-MM-ddTHH:mm:ssZ}",
            ["kind"] = notice.Kind,
            ["severity"] = notice.Severity,
            ["instance"] = options.Instance.Length > 0 ? options.Instance : conf.DbName,
            ["entity"] = $"{notice.Entity}",
            ["entry"] = notice.Entry,
            ["message"] = notice.Message,
            ["advice"] = notice.Advice,
        };

    // A template's values are escaped for the JSON text that they stand in.
    private string Body(Notice notice)
    {
        var values = Values(notice, conf, options);
        return options.Notify.WebhookTemplate is { Length: > 0 } template
            ? Placeholder()
                .Replace(template, match =>
                    values.TryGetValue(match.Groups[1].Value, out var value) ? $"{JsonEncodedText.Encode(value)}" : match.Value
                )
            : JsonSerializer.Serialize(
                new WebhookBody(
                    notice.Id,
                    notice.At,
                    notice.Kind,
                    notice.Severity,
                    values["instance"],
                    notice.Entity,
                    notice.Entry,
                    notice.Message,
                    notice.Advice
                ),
                NoticeJson.Default.WebhookBody
            );
    }

    [GeneratedRegex(@"\{\{([a-z]+)\}\}")]
    private static partial Regex Placeholder();
}

/// <summary>The JSON of a webhook, in snake_case.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(WebhookBody))]
internal sealed partial class NoticeJson : JsonSerializerContext;
