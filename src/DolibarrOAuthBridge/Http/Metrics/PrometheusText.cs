// SPDX-License-Identifier: GPL-3.0-or-later

using System.Globalization;
using System.Text;

namespace DolibarrOAuthBridge.Http.Metrics;

/// <summary>Writes the Prometheus text format, version 0.0.4.</summary>
internal sealed class PrometheusText
{
    /// <summary>The format's media type.</summary>
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    private readonly StringBuilder _text = new();

    /// <summary>Labels as they stand between the braces, with their values escaped.</summary>
    public static string Labels(ReadOnlySpan<KeyValuePair<string, object?>> labels)
    {
        var text = new StringBuilder();
        foreach (var (name, value) in labels)
        {
            text.Append(text.Length > 0 ? "," : string.Empty)
                .Append(name)
                .Append("=\"")
                .Append(
                    Convert
                        .ToString(value, CultureInfo.InvariantCulture)
                        ?.Replace("\\", "\\\\", StringComparison.Ordinal)
                        .Replace("\"", "\\\"", StringComparison.Ordinal)
                        .Replace("\n", "\\n", StringComparison.Ordinal)
                )
                .Append('"');
        }

        return text.ToString();
    }

    /// <summary>A counter or a histogram with all that was counted.</summary>
    /// <param name="family">The metric.</param>
    /// <param name="instance">Whose series to write; null for those of all instances.</param>
    public void Write(MetricFamily family, string? instance)
    {
        Describe(family.Name, family.Help, family.IsHistogram ? "histogram" : "counter");
        foreach (var (labels, series) in instance is null ? family.Series : family.SeriesOf(instance))
        {
            var (sum, count, buckets) = series.Read();
            if (!family.IsHistogram)
            {
                WriteSample(family.Name, labels, sum);
                continue;
            }

            for (var index = 0; index < buckets.Length; index++)
            {
                WriteSample(family.Name + "_bucket", $"{labels},le=\"{Number(family.Bounds[index])}\"", buckets[index]);
            }

            WriteSample(family.Name + "_bucket", $"{labels},le=\"+Inf\"", count);
            WriteSample(family.Name + "_sum", labels, sum);
            WriteSample(family.Name + "_count", labels, count);
        }
    }

    /// <summary>A metric whose numbers are known now.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="help">What it says.</param>
    /// <param name="type"><c>gauge</c> or <c>counter</c>.</param>
    /// <param name="samples">Its labels, as <see cref="Labels"/> makes them, and numbers.</param>
    public void Write(string name, string help, string type, params IEnumerable<(string Labels, double Value)> samples)
    {
        Describe(name, help, type);
        foreach (var (labels, value) in samples)
        {
            WriteSample(name, labels, value);
        }
    }

    public override string ToString() => _text.ToString();

    private void Describe(string name, string help, string type) =>
        _text
            .Append("# HELP ")
            .Append(name)
            .Append(' ')
            .Append(help.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal))
            .Append("\n# TYPE ")
            .Append(name)
            .Append(' ')
            .Append(type)
            .Append('\n');

    private void WriteSample(string name, string labels, double value)
    {
        _text.Append(name);
        if (labels.Length > 0)
        {
            _text.Append('{').Append(labels).Append('}');
        }

        _text.Append(' ').Append(Number(value)).Append('\n');
    }

    private static string Number(double value) => value.ToString("R", CultureInfo.InvariantCulture);
}
