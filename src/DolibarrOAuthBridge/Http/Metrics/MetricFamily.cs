// SPDX-License-Identifier: GPL-3.0-or-later

using System.Collections.Concurrent;

namespace DolibarrOAuthBridge.Http.Metrics;

/// <summary>One metric with all its label values.</summary>
/// <param name="Name">Its name in Prometheus.</param>
/// <param name="Help">What it says.</param>
/// <param name="Bounds">Upper bounds of a histogram's buckets; empty for a counter.</param>
internal sealed record MetricFamily(string Name, string Help, IReadOnlyList<double> Bounds)
{
    // No label comes from a caller, but a label that did must not fill the memory, and what one instance does leaves room for the others.
    private const int MostSeries = 500;
    private const int MostSeriesOfInstance = 100;
    private const int MostInstances = 5000;
    private const string Others = "other=\"true\"";

    private readonly ConcurrentDictionary<string, ConcurrentDictionary<string, MetricSeries>> _instances = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<(object?, object?), MetricSeries> _byValues = new(); // of one or two labels, which are few

    public bool IsHistogram => Bounds.Count > 0;

    /// <summary>The series of all instances.</summary>
    public IEnumerable<KeyValuePair<string, MetricSeries>> Series =>
        _instances.OrderBy(pair => pair.Key, StringComparer.Ordinal).SelectMany(pair => Sorted(pair.Value));

    /// <summary>The series of one instance.</summary>
    /// <param name="instance">Its name; empty for the one without a name.</param>
    public IEnumerable<KeyValuePair<string, MetricSeries>> SeriesOf(string instance) =>
        _instances.TryGetValue(instance, out var series) ? Sorted(series) : [];

    /// <summary>The series with the given labels; the same names in every call.</summary>
    /// <param name="instance">The instance that it is of, which is among the labels; empty for none.</param>
    /// <param name="labels">Its labels.</param>
    public MetricSeries With(string instance, ReadOnlySpan<KeyValuePair<string, object?>> labels)
    {
        if (instance.Length > 0 || labels.Length is 0 or > 2)
        {
            return With(instance, PrometheusText.Labels(labels));
        }

        var values = (labels[0].Value, labels.Length == 2 ? labels[1].Value : null);
        if (_byValues.TryGetValue(values, out var known))
        {
            return known;
        }

        var series = With(instance, PrometheusText.Labels(labels));
        if (_byValues.Count < MostSeries)
        {
            _byValues.TryAdd(values, series);
        }

        return series;
    }

    /// <summary>The series with the given labels, as <see cref="PrometheusText.Labels"/> writes them.</summary>
    /// <param name="instance">The instance that it is of, which is among the labels; empty for none.</param>
    /// <param name="labels">Its labels, the instance's among them.</param>
    public MetricSeries With(string instance, string labels)
    {
        if (!_instances.TryGetValue(instance, out var series))
        {
            series = _instances.GetOrAdd(_instances.Count < MostInstances ? instance : string.Empty, static _ =>
                new(StringComparer.Ordinal)
            );
        }

        var most = instance.Length == 0 ? MostSeries : MostSeriesOfInstance;
        return series.TryGetValue(labels, out var known) ? known
            : series.Count < most ? series.GetOrAdd(labels, _ => new MetricSeries(Bounds))
            : series.GetOrAdd(instance.Length == 0 ? Others : $"instance=\"{instance}\",{Others}", _ => new MetricSeries(Bounds));
    }

    /// <summary>Forgets the instances that are gone.</summary>
    public void Keep(IReadOnlySet<string> instances)
    {
        foreach (var name in _instances.Keys.Where(name => name.Length > 0 && !instances.Contains(name)))
        {
            _instances.TryRemove(name, out _);
        }
    }

    private static IEnumerable<KeyValuePair<string, MetricSeries>> Sorted(ConcurrentDictionary<string, MetricSeries> series) =>
        series.OrderBy(pair => pair.Key, StringComparer.Ordinal);
}
