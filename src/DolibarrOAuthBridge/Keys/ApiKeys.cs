// SPDX-License-Identifier: GPL-3.0-or-later

using System.Collections.Concurrent;
using System.Security.Cryptography;
using DolibarrOAuthBridge.Dolibarr.Database;
using DolibarrOAuthBridge.Dolibarr.Entries;
using DolibarrOAuthBridge.Dolibarr.Tokens;

namespace DolibarrOAuthBridge.Keys;

/// <summary>The API key that the sidecar shares with Dolibarr's module: <c>OAUTHBRIDGE_API_KEY</c> in <c>llx_const</c>.</summary>
internal sealed class ApiKeys(EntryTable constants, TimeProvider time)
{
    /// <summary>The constant's name.</summary>
    public const string Constant = "OAUTHBRIDGE_API_KEY";

    private const int FirstCompany = 1;
    private const int MostCompanies = 256; // what an unauthenticated caller can make the bridge remember is bounded
    private static readonly TimeSpan GoodFor = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan ProofPatience = TimeSpan.FromSeconds(1); // a page of Dolibarr waits for three at most

    private readonly ConcurrentDictionary<int, (string? Key, DateTimeOffset ReadAt)> _known = new();

    /// <summary>
    /// Whether a presented key is the company's. The time it takes depends on the lengths only, and every key that <see cref="Generate"/>
    /// makes has the same one.
    /// </summary>
    /// <exception cref="BridgeException">The key is not there or cannot be read.</exception>
    /// <exception cref="StoreException">The database failed.</exception>
    public async Task<bool> IsValidAsync(string presented, int entity, CancellationToken cancellationToken = default)
    {
        var key = await GetAsync(entity, cancellationToken);
        return SecretHash.AreEqualOfKnownLength(presented, key);
    }

    /// <summary>The company's key; the first company's if it has none of its own.</summary>
    /// <exception cref="BridgeException">The key is not there or cannot be read.</exception>
    /// <exception cref="StoreException">The database failed.</exception>
    public async Task<string> GetAsync(int entity, CancellationToken cancellationToken = default)
    {
        var key = await FindAsync(entity, cancellationToken);
        if (string.IsNullOrEmpty(key) && entity != FirstCompany)
        {
            key = await FindAsync(FirstCompany, cancellationToken); // the first company acts for those without a key of their own
        }

        return string.IsNullOrEmpty(key)
            ? throw new BridgeException(
                ProblemCode.Unauthorized,
                $"Dolibarr has no API key for the bridge ({Constant} is not in its settings). "
                    + "Make one: dolibarr-oauth-bridge init --dolibarr-conf PATH, or enable the module oauthbridge."
            )
            : key;
    }

    /// <summary>
    /// The key that the bridge proves itself with: the company's, or, while the database does not answer, the one that was read of it last.
    /// A proof opens nothing, and without one the bridge would be taken for another program.
    /// </summary>
    /// <exception cref="BridgeException">The key is not there or cannot be read.</exception>
    /// <exception cref="StoreException">The database failed, and none was read before.</exception>
    public async Task<string> GetForProofAsync(int entity, CancellationToken cancellationToken = default)
    {
        var reading = GetAsync(entity, cancellationToken);
        if (LastRead(entity) is not { } last)
        {
            return await reading;
        }

        try
        {
            return await reading.WaitAsync(ProofPatience, time, cancellationToken);
        }
        catch (Exception exception) when (exception is StoreException or TimeoutException)
        {
            return last;
        }
    }

    /// <summary>A new key: 256 random bits as 64 hexadecimal digits.</summary>
    public static string Generate() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));

    // Of a company that was never asked for it is not known whether it has a key of its own.
    private string? LastRead(int entity) =>
        !_known.TryGetValue(entity, out var known) ? null
        : known.Key is { Length: > 0 } key ? key
        : entity != FirstCompany ? LastRead(FirstCompany)
        : null;

    // First the companies without a key, of which a caller can name as many as he likes: what was read proves the bridge later.
    private void MakeRoom()
    {
        foreach (var one in _known.Where(static one => string.IsNullOrEmpty(one.Value.Key)))
        {
            _known.TryRemove(one);
        }

        if (_known.Count >= MostCompanies)
        {
            _known.Clear();
        }
    }

    private async Task<string?> FindAsync(int entity, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        if (_known.TryGetValue(entity, out var known) && now >= known.ReadAt && now - known.ReadAt < GoodFor)
        {
            return known.Key;
        }

        try
        {
            var key = await constants.FindSecretConstantAsync(Constant, entity, cancellationToken);
            if (_known.Count >= MostCompanies)
            {
                MakeRoom();
            }

            _known[entity] = (key, now);
            return key;
        }
        catch (SecretUnreadableException exception)
        {
            throw new BridgeException(
                ProblemCode.Unauthorized,
                $"The API key cannot be used. {exception.Message} Make a new one: dolibarr-oauth-bridge init --dolibarr-conf PATH "
                    + $"--entity {entity}",
                innerException: exception
            );
        }
    }
}
