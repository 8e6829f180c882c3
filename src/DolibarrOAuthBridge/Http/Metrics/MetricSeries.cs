// SPDX-License-Identifier: GPL-3.0-or-later

namespace DolibarrOAuthBridge.Http.Metrics;

/// <summary>The numbers of one metric under one set of labels.</summary>
internal sealed class MetricSeries(IReadOnlyList<double> bounds)
{
    private readonly Lock _gate = new();
    private readonly long[] _buckets = new long[bounds.Count];
    private double _sum;
    private long _count;

    /// <summary>Adds one measurement: the step of a counter, the value of a histogram.</summary>
    public void Add(double value)
    {
        lock (_gate)
        {
            _sum += value;
            _count++;
            for (var index = 0; index < bounds.Count; index++)
            {
                if (value <= bounds[index])
                {
                    _buckets[index]++;
                }
            }
        }
    }

    /// <summary>Sum, number of measurements and, for a histogram, how many lay at or below each bound.</summary>
    public (double Sum, long Count, long[] Buckets) Read()
    {
        lock (_gate)
        {
            return (_sum, _count, [.. _buckets]);
        }
    }
}
