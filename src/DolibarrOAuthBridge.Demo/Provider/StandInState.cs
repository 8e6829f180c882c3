// SPDX-License-Identifier: GPL-3.0-or-later

using System.Collections.Concurrent;
using System.Security.Cryptography;

namespace DolibarrOAuthBridge.Demo.Provider;

/// <summary>What the parts of one stand-in provider share.</summary>
/// <param name="options">Who may use it and how it behaves.</param>
internal sealed class StandInState(StandInProviderOptions options) : IDisposable
{
    /// <summary>The header by which the provider knows its own requests for <see cref="StandInProvider.IssueAsync"/>.</summary>
    public const string SeedHeader = "Stand-In-Seed";

    private readonly ConcurrentDictionary<(string ClientId, string Subject), bool> _consents = new();
    private long _accessTokenLifetime = options.AccessTokenLifetime.Ticks;

    public StandInProviderOptions Options { get; } = options;

    public StandInKeys Keys { get; } = new();

    public StandInRequestLog Requests { get; } = new();

    public TokenFaults Faults { get; } = new();

    public string SeedKey { get; } = RandomNumberGenerator.GetHexString(32);

    public TimeSpan AccessTokenLifetime
    {
        get => new(Interlocked.Read(ref _accessTokenLifetime));
        set => Interlocked.Exchange(ref _accessTokenLifetime, value.Ticks);
    }

    /// <summary>Whether the provider itself asks, to seed a test.</summary>
    public bool IsSeed(HttpContext context) => context.Request.Headers[SeedHeader] == SeedKey;

    /// <summary>The client of this name.</summary>
    public StandInClient? FindClient(string? clientId) => Options.Clients.FirstOrDefault(client => client.ClientId == clientId);

    /// <summary>The user with this subject or e-mail address; the first one where nobody is named; null where nobody has it.</summary>
    public StandInUser? FindUser(string? hint) =>
        string.IsNullOrEmpty(hint)
            ? Options.Users[0]
            : Options.Users.FirstOrDefault(user =>
                user.Subject == hint || string.Equals(user.Email, hint, StringComparison.OrdinalIgnoreCase)
            );

    /// <summary>Notes a consent.</summary>
    /// <returns>Whether it is the user's first one for this client.</returns>
    public bool Consent(string clientId, string subject) => _consents.TryAdd((clientId, subject), true);

    /// <summary>Forgets the consents for a client, or all.</summary>
    public void ForgetConsents(string? clientId)
    {
        foreach (var consent in _consents.Keys.Where(consent => clientId is null || consent.ClientId == clientId))
        {
            _consents.TryRemove(consent, out _);
        }
    }

    /// <inheritdoc />
    public void Dispose()
    {
        Faults.Dispose();
        Keys.Dispose();
    }
}
