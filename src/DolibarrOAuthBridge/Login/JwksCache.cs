// SPDX-License-Identifier: GPL-3.0-or-later

using System.Collections.Concurrent;
using DolibarrOAuthBridge.Providers;

namespace DolibarrOAuthBridge.Login;

/// <summary>
/// The providers' signing keys. They are fetched every ten minutes at most; old ones serve for a day while a provider does not
/// answer. A token that names an unknown key causes one fetch a minute at most, whoever sends how many of them.
/// </summary>
internal sealed class JwksCache(ProviderDocuments documents, TimeProvider time)
{
    private static readonly TimeSpan GoodFor = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan LastResort = TimeSpan.FromHours(24);
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(60);

    private readonly ConcurrentDictionary<Uri, Slot> _slots = new();

    /// <summary>The keys that may have made a signature.</summary>
    /// <param name="uri">The provider's <c>jwks_uri</c>.</param>
    /// <param name="keyId">The token's <c>kid</c>; null if it has none.</param>
    /// <param name="algorithm">The token's <c>alg</c>.</param>
    /// <param name="cancellationToken">Cancels the wait.</param>
    /// <exception cref="BridgeException">The keys cannot be had.</exception>
    public async Task<IReadOnlyList<SigningKey>> FindAsync(
        Uri uri,
        string? keyId,
        string algorithm,
        CancellationToken cancellationToken = default
    )
    {
        var slot = _slots.GetOrAdd(uri, static _ => new Slot());
        await slot.Gate.WaitAsync(cancellationToken);
        try
        {
            var now = time.GetUtcNow();
            var wasFetched = false;
            if (slot.Keys is null || IsOver(slot.FetchedAt, GoodFor, now))
            {
                wasFetched = await FetchAsync(uri, slot, now, cancellationToken);
            }

            var found = slot.Keys!.Find(keyId, algorithm);
            if (found.Count > 0 || wasFetched || !IsOver(slot.ForcedAt, Pause, now))
            {
                return found;
            }

            // The provider may have begun to sign with a new key.
            slot.ForcedAt = now;
            await FetchAsync(uri, slot, now, cancellationToken);
            return slot.Keys.Find(keyId, algorithm);
        }
        finally
        {
            slot.Gate.Release();
        }
    }

    private async Task<bool> FetchAsync(Uri uri, Slot slot, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (slot.Keys is not null && !IsOver(slot.FailedAt, Pause, now) && !IsOver(slot.FetchedAt, LastResort, now))
        {
            return false;
        }

        try
        {
            slot.Keys = SigningKeySet.Parse(await documents.GetAsync(uri, cancellationToken: cancellationToken));
            slot.FetchedAt = now;
            return true;
        }
        catch (Exception exception) when (exception is ProviderDocumentException or FormatException)
        {
            slot.FailedAt = now;
            return slot.Keys is not null && !IsOver(slot.FetchedAt, LastResort, now)
                ? false
                : throw new BridgeException(
                    ProblemCode.ProviderUnavailable,
                    $"The signing keys cannot be had: {exception.Message} Try again in a moment.",
                    TimeSpan.FromSeconds(30),
                    exception
                );
        }
    }

    // A clock that was set back does not keep anything alive.
    private static bool IsOver(DateTimeOffset since, TimeSpan span, DateTimeOffset now) => now < since || now - since >= span;

    private sealed class Slot
    {
        public SemaphoreSlim Gate { get; } = new(1, 1);

        public SigningKeySet? Keys { get; set; }

        public DateTimeOffset FetchedAt { get; set; }

        public DateTimeOffset FailedAt { get; set; }

        public DateTimeOffset ForcedAt { get; set; }
    }
}
