// SPDX-License-Identifier: GPL-3.0-or-later

using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace DolibarrOAuthBridge.Login;

/// <summary>
/// How many sign-ins one browser session and one address may begin within ten minutes. Who has too many must wait; no
/// sign-in that is under way is dropped.
/// </summary>
internal sealed class LoginQuota(TimeProvider time)
{
    private const int MostPerSession = 30;
    private const int MostPerAddress = 300; // an office may be behind one address
    private const int MostCounted = 20_000; // bounds the memory
    private const int NetworkBytes = 8; // of an IPv6 address: the rest is the caller's own choice

    private static readonly TimeSpan Window = TimeSpan.FromMinutes(10);

    private readonly ConcurrentDictionary<string, Count> _counts = new(StringComparer.Ordinal);

    /// <summary>Counts a sign-in that begins.</summary>
    /// <param name="session">What all sign-ins of one browser session have in common.</param>
    /// <param name="address">The browser's address as the web server saw it; null where unknown. IPv6 counts by its /64.</param>
    /// <exception cref="BridgeException"><c>too_many_requests</c>: wait.</exception>
    public void Take(string session, IPAddress? address)
    {
        var now = time.GetUtcNow();
        Take($"session {SecretHash.Of(session)}", MostPerSession, now);
        if (address is not null)
        {
            Take($"address {Network(address)}", MostPerAddress, now);
        }
    }

    private static string Network(IPAddress address)
    {
        var plain = PlainAddress.Of(address);
        return plain.AddressFamily == AddressFamily.InterNetworkV6
            ? Convert.ToHexStringLower(plain.GetAddressBytes().AsSpan(0, NetworkBytes))
            : plain.ToString();
    }

    private void Take(string key, int most, DateTimeOffset now)
    {
        if (_counts.Count >= MostCounted && !_counts.ContainsKey(key))
        {
            foreach (var (old, count) in _counts)
            {
                if (now >= count.Until)
                {
                    _counts.TryRemove(old, out _);
                }
            }

            if (_counts.Count >= MostCounted)
            {
                return; // a crowd of strangers must not keep anybody out, and a sign-in that begins costs next to nothing
            }
        }

        var mine = _counts.AddOrUpdate(
            key,
            static (_, now) => new Count(1, now + Window),
            static (_, count, now) => now >= count.Until ? new Count(1, now + Window) : count with { Number = count.Number + 1 },
            now
        );
        if (mine.Number > most)
        {
            throw new BridgeException(
                ProblemCode.TooManyRequests,
                "Too many sign-ins were begun from this browser or address. Wait a few minutes and sign in again.",
                mine.Until - now
            );
        }
    }

    private sealed record Count(int Number, DateTimeOffset Until);
}
