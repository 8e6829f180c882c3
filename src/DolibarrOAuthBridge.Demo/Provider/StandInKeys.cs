using System.Security.Cryptography;
using Microsoft.IdentityModel.Tokens;

namespace DolibarrOAuthBridge.Demo.Provider;

/// <summary>The keys of a stand-in provider. RSA with 2,048 bits: OpenIddict's own ephemeral keys take seconds to make.</summary>
internal sealed class StandInKeys : IDisposable
{
    private readonly RSA _rsa = RSA.Create(2048);

    /// <summary>Makes keys.</summary>
    public StandInKeys()
    {
        Signing = new RsaSecurityKey(_rsa) { KeyId = RandomNumberGenerator.GetHexString(16, lowercase: true) };
        Encryption = new SymmetricSecurityKey(RandomNumberGenerator.GetBytes(32));
    }

    /// <summary>Signs tokens.</summary>
    public RsaSecurityKey Signing { get; }

    /// <summary>Encrypts what only the provider itself reads.</summary>
    public SymmetricSecurityKey Encryption { get; }

    /// <inheritdoc />
    public void Dispose() => _rsa.Dispose();
}
