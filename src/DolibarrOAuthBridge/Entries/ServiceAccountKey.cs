// SPDX-License-Identifier: GPL-3.0-or-later

using System.Security.Cryptography;

namespace DolibarrOAuthBridge.Entries;

/// <summary>A service account's key out of its JSON file. Not a printing record: it holds the private key.</summary>
/// <param name="email">The account: <c>client_email</c>.</param>
/// <param name="keyId">The key's id at the provider: <c>private_key_id</c>; null if the file does not say.</param>
/// <param name="tokenEndpoint">Where the file says that tokens are had: <c>token_uri</c>; null if it does not say.</param>
/// <param name="key">The RSA private key: <c>private_key</c>.</param>
internal sealed class ServiceAccountKey(string email, string? keyId, Uri? tokenEndpoint, RSA key) : IDisposable
{
    public string Email { get; } = email;

    public string? KeyId { get; } = keyId;

    public Uri? TokenEndpoint { get; } = tokenEndpoint;

    public RSA Key { get; } = key;

    /// <inheritdoc />
    public void Dispose() => Key.Dispose();

    /// <inheritdoc />
    public override string ToString() => $"[key of {Email}]";
}
