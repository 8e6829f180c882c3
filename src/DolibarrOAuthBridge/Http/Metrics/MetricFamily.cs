// SPDX-License-Identifier: GPL-3.0-or-later

using System.Collections.Concurrent;

namespace DolibarrOAuthBridge.Http.Metrics;

/// <summary>One metric with all its label values.</summary>
/// <param name="Name">Its name in Prometheus.</param>
/// <param name="Help">What it says.</param>
/// <param name="Bounds">Upper bounds of a histogram's buckets; empty for a counter.</param>
internal sealed record MetricFamily(string Name, string Help, IReadOnlyList<double> Bounds)
{
    // No label comes from a caller, but a label that did must not fill the memory.
    private const int MostSeries = 500;
    private const string Others = "other=\"true\"";

    private readonly ConcurrentDictionary<string, MetricSeries> _series = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<(object?, object?), MetricSeries> _byValues = new(); // of one or two labels, which are few

    public bool IsHistogram => Bounds.Count > 0;

    public IEnumerable<KeyValuePair<string, MetricSeries>> Series => _series.OrderBy(pair => pair.Key, StringComparer.Ordinal);

    /// <summary>The series with the given labels; the same names in every call.</summary>
    public MetricSeries With(ReadOnlySpan<KeyValuePair<string, object?>> labels)
    {
        if (labels.Length is 0 or > 2)
        {
            return With(PrometheusText.Labels(labels));
        }

        var values = (labels[0].Value, labels.Length == 2 ? labels[1].Value : null);
        if (_byValues.TryGetValue(values, out var known))
        {
            return known;
        }

        var series = With(PrometheusText.Labels(labels));
        if (_byValues.Count < MostSeries)
        {
            _byValues.TryAdd(values, series);
        }

        return series;
    }

    /// <summary>The series with the given labels, as <see cref="PrometheusText.Labels"/> writes them.</summary>
    public MetricSeries With(string labels) =>
        _series.TryGetValue(labels, out var known)
            ? known
            : _series.GetOrAdd(_series.Count < MostSeries ? labels : Others, _ => new MetricSeries(Bounds));
}
