// SPDX-License-Identifier: GPL-3.0-or-later

using System.Collections.Concurrent;
using System.Security.Cryptography;
using Microsoft.IdentityModel.Tokens;

namespace DolibarrOAuthBridge.Demo.Provider;

/// <summary>
/// The keys of a stand-in provider. RSA with 2,048 bits: OpenIddict's own ephemeral keys take seconds to make. Providers
/// that live at the same time have different keys; one that has ended leaves its key to the next.
/// </summary>
internal sealed class StandInKeys : IDisposable
{
    private static readonly ConcurrentBag<RsaSecurityKey> Spare = [];

    private int _isDisposed;

    /// <summary>Signs tokens.</summary>
    public RsaSecurityKey Signing { get; } =
        Spare.TryTake(out var key)
            ? key
            : new RsaSecurityKey(RSA.Create(2048)) { KeyId = RandomNumberGenerator.GetHexString(16, lowercase: true) };

    /// <summary>Encrypts what only the provider itself reads.</summary>
    public SymmetricSecurityKey Encryption { get; } = new(RandomNumberGenerator.GetBytes(32));

    /// <inheritdoc />
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) == 0)
        {
            Spare.Add(Signing);
        }
    }
}
