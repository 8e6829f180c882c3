// SPDX-License-Identifier: GPL-3.0-or-later

using System.Diagnostics.Metrics;
using DolibarrOAuthBridge.Metrics;

namespace DolibarrOAuthBridge.Http.Metrics;

/// <summary>Adds up what the bridge counts, and how long providers take, which .NET's own HTTP client measures.</summary>
internal sealed class MetricCollector : IDisposable
{
    private const string HttpMeter = "System.Net.Http";
    private const string HttpDuration = "http.client.request.duration";

    // Seconds. Providers take 0.1 to 1; beyond 15 the bridge gives up by default.
    private static readonly double[] LatencyBounds = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 15, 30];

    private readonly MeterListener _listener = new();
    private readonly Dictionary<Instrument, MetricFamily> _counters = BridgeMeter.Counters.ToDictionary(
        Instrument (counter) => counter,
        counter => new MetricFamily($"{counter.Name.Replace('.', '_')}_total", counter.Description!, [])
    );

    private readonly MetricFamily _latency = new(
        "oauthbridge_provider_request_duration_seconds",
        "Time until a provider's answer, by its host and what came of it: the class of the status, or error.",
        LatencyBounds
    );

    public MetricCollector()
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (_counters.TryGetValue(instrument, out var counter))
            {
                listener.EnableMeasurementEvents(instrument, counter);
            }
            else if (instrument is Histogram<double> { Name: HttpDuration, Meter.Name: HttpMeter })
            {
                listener.EnableMeasurementEvents(instrument, _latency);
            }
        };
        _listener.SetMeasurementEventCallback<long>(
            static (instrument, value, tags, state) => ((MetricFamily)state!).With(Instance, tags).Add(value)
        );
        _listener.SetMeasurementEventCallback<double>(
            static (instrument, value, tags, state) => ((MetricFamily)state!).With(Instance, ProviderLabels(tags)).Add(value)
        );
        _listener.Start();
    }

    /// <summary>Every metric, also one that has not been counted yet.</summary>
    public IEnumerable<MetricFamily> Families => [.. _counters.Values, _latency];

    /// <summary>Forgets what was counted of instances that are gone.</summary>
    public void Keep(IReadOnlySet<string> instances)
    {
        foreach (var family in Families)
        {
            family.Keep(instances);
        }
    }

    public void Dispose() => _listener.Dispose();

    // Measured where the work is done, so within its context.
    private static string Instance => CurrentInstance.Name ?? string.Empty;

    private static string ProviderLabels(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var (host, outcome) = ("unknown", "error");
        foreach (var (name, value) in tags)
        {
            (host, outcome) = (name, value) switch
            {
                ("server.address", string address) => (address, outcome),
                ("http.response.status_code", int status) => (host, $"{status / 100}xx"),
                _ => (host, outcome),
            };
        }

        return Instance.Length == 0
            ? PrometheusText.Labels([new("host", host), new("outcome", outcome)])
            : PrometheusText.Labels([new("instance", Instance), new("host", host), new("outcome", outcome)]);
    }
}
