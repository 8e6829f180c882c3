// SPDX-License-Identifier: GPL-3.0-or-later

using System.Net.Sockets;
using DolibarrOAuthBridge.Dolibarr.Entries;
using DolibarrOAuthBridge.Providers;

namespace DolibarrOAuthBridge.Diagnosis;

/// <summary>The token endpoint of each complete entry: whether it can be reached, and its clock.</summary>
internal sealed class ProviderDiagnosis(ProviderDirectory providers, HttpClient client, BridgeOptions options, TimeProvider time)
    : IDiagnosis
{
    /// <inheritdoc />
    public async Task<IReadOnlyList<Finding>> FindAsync(Examination examination, CancellationToken cancellationToken)
    {
        if (examination.Offline)
        {
            return [];
        }

        var findings = new List<Finding>();
        var endpoints = new Dictionary<Uri, string>();
        foreach (var company in examination.Snapshot.Companies)
        {
            foreach (var entry in company.Entries.Where(entry => company.ReportOn(entry).Complete))
            {
                var (endpoint, problem) = await FindEndpointAsync(entry, cancellationToken);
                if (problem is not null)
                {
                    findings.Add(
                        new(
                            "provider_endpoint_unusable",
                            Severity.Error,
                            company.Subject(entry.Name),
                            problem,
                            $"Correct URL and tenant of {entry.Name} in Dolibarr's OAuth setup, or the sidecar's own settings for it: "
                                + $"TokenEndpoint and Issuer under Entries:{entry.Name} or Providers:{ProviderCatalogue.Of(entry).Name}."
                        )
                    );
                }
                else if (endpoint is not null)
                {
                    endpoints.TryAdd(endpoint, company.Subject(entry.Name));
                }
            }
        }

        var answers = await Task.WhenAll(
            endpoints.GroupBy(endpoint => endpoint.Key.Authority).Select(server => TryAsync(server.First().Key, cancellationToken))
        );
        return [.. findings, .. answers.SelectMany(answer => answer)];
    }

    private async Task<(Uri? Endpoint, string? Problem)> FindEndpointAsync(OAuthEntry entry, CancellationToken cancellationToken)
    {
        try
        {
            return (await providers.FindAsync(entry, ProviderEndpoint.TokenEndpoint, cancellationToken), null);
        }
        catch (ProviderConfigurationException exception)
        {
            return (null, exception.Message);
        }
        catch (BridgeException exception)
        {
            return (null, exception.Message);
        }
    }

    // Any answer will do: the endpoint takes POST only and says so.
    private async Task<IEnumerable<Finding>> TryAsync(Uri endpoint, CancellationToken cancellationToken)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(options.ProviderDeadline);
        var before = time.GetUtcNow();
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, endpoint);
            using var answer = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, deadline.Token);
            var failing =
                (int)answer.StatusCode >= 500
                    ?
                    [
                        new Finding(
                            "provider_unreachable",
                            Severity.Warning,
                            endpoint.Host,
                            $"It answers with status {(int)answer.StatusCode}.",
                            "Try again later, and look at the provider's status page."
                        ),
                    ]
                    : Array.Empty<Finding>();
            // The header counts whole seconds.
            return answer.Headers.Date is { } there
                ? failing.Concat(ClockDiagnosis.Judge("clock_off_provider", endpoint.Host, there, before.AddSeconds(-1), time.GetUtcNow()))
                : failing;
        }
        catch (Exception exception)
            when (exception is HttpRequestException or SocketException or IOException
                || (exception is OperationCanceledException && !cancellationToken.IsCancellationRequested)
            )
        {
            var reason =
                exception is OperationCanceledException
                    ? $"no answer within {options.ProviderDeadline.TotalSeconds:0} seconds"
                    : exception.Message;
            return
            [
                new(
                    "provider_unreachable",
                    Severity.Error,
                    endpoint.Host,
                    $"The token endpoint {endpoint.GetLeftPart(UriPartial.Path)} cannot be reached: {reason}",
                    "Check this machine's DNS, firewall and proxy (Bridge:UseProxy), and that its CA certificates are up to date."
                ),
            ];
        }
    }
}
