// SPDX-License-Identifier: GPL-3.0-or-later

using System.Security.Cryptography;
using System.Text.Json;
using DolibarrOAuthBridge.Dolibarr.Entries;
using DolibarrOAuthBridge.Providers;

namespace DolibarrOAuthBridge.Entries;

/// <summary>
/// The service accounts by which entries ask in the application's own name. Like certificates they are files on this machine that the
/// sidecar's own configuration names, never Dolibarr's.
/// <code>
/// "Entries": { "GOOGLE-Mail": { "ServiceAccountKey": "/etc/…/google.json", "Subject": "erp@example.com" } }
/// </code>
/// </summary>
internal sealed class ServiceAccountKeys(IConfiguration configuration)
{
    /// <summary>The setting with the key file's path.</summary>
    public const string KeySetting = "ServiceAccountKey";

    /// <summary>The setting with the user that the account acts for.</summary>
    public const string SubjectSetting = "Subject";

    private const int LargestFile = 64 * 1024;

    /// <summary>The service account of an entry; null if it has none.</summary>
    public ServiceAccount? Of(EntryName name) =>
        ProviderCatalogue.Of(name).ServiceAccountVariant is not null && Setting(name, KeySetting) is { Length: > 0 } path
            ? new ServiceAccount(path, Setting(name, SubjectSetting) ?? string.Empty)
            : null;

    /// <summary>Reads an entry's key from the file as it is now, so that a new one counts at once. The caller disposes of it.</summary>
    /// <exception cref="ProviderConfigurationException">It cannot be used; the message says why, and nothing of the key.</exception>
    public static ServiceAccountKey Load(OAuthEntry entry)
    {
        var account = entry.ServiceAccount
            ?? throw new ProviderConfigurationException($"{ClientCertificates.Section}:{entry.Name}:{KeySetting} is not set.");
        if (account.Subject.Length == 0 || !account.Subject.Contains('@', StringComparison.Ordinal))
        {
            throw new ProviderConfigurationException(
                $"{ClientCertificates.Section}:{entry.Name}:{SubjectSetting} must be the mailbox's e-mail address: a service account has "
                    + "none of its own, and acts for the user that is named there."
            );
        }

        try
        {
            return new FileInfo(account.KeyPath).Length > LargestFile
                ? throw new FormatException("it is too large.")
                : Parse(File.ReadAllBytes(account.KeyPath));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new ProviderConfigurationException(
                $"The service account's key {account.KeyPath} cannot be read by this process: {exception.Message}"
            );
        }
        catch (Exception exception)
            when (exception is JsonException or FormatException or ArgumentException or CryptographicException or InvalidOperationException)
        {
            throw new ProviderConfigurationException(
                $"The service account's key {account.KeyPath} cannot be used: "
                    + (
                        exception is FormatException
                            ? exception.Message
                            : "it is not the JSON file that Google makes for a service account's key."
                    )
            );
        }
    }

    /// <summary>What can be said of an entry's key; null if it has none.</summary>
    public static CertificateReport? Inspect(OAuthEntry entry)
    {
        if (entry.ServiceAccount is not { } account)
        {
            return null;
        }

        try
        {
            using var key = Load(entry);
            return new CertificateReport(null, null, SecretFile.IsExposedAt(account.KeyPath) ? account.KeyPath : null);
        }
        catch (ProviderConfigurationException exception)
        {
            return new CertificateReport(null, exception.Message, null);
        }
    }

    private static ServiceAccountKey Parse(byte[] json)
    {
        using var document = JsonDocument.Parse(json, StrictJson.Options);
        var root = document.RootElement;
        var type = Text(root, "type");
        if (type != "service_account")
        {
            throw new FormatException($"its type is not service_account{(type == "authorized_user" ? " but a user's" : string.Empty)}.");
        }

        var email = Text(root, "client_email") ?? throw new FormatException("it has no client_email.");
        var pem = Text(root, "private_key") ?? throw new FormatException("it has no private_key.");
        var endpoint = Text(root, "token_uri") is { } uri ? EndpointUri.Parse(uri, "Its token_uri") : null;
        var key = RSA.Create();
        try
        {
            key.ImportFromPem(pem);
            return new ServiceAccountKey(email, Text(root, "private_key_id"), endpoint, key);
        }
        catch
        {
            key.Dispose();
            throw;
        }
    }

    private static string? Text(JsonElement root, string member) =>
        root.ValueKind == JsonValueKind.Object
        && root.TryGetProperty(member, out var value)
        && value.ValueKind == JsonValueKind.String
        && value.GetString() is { Length: > 0 } text
            ? text
            : null;

    private string? Setting(EntryName name, string setting) => configuration[$"{ClientCertificates.Section}:{name}:{setting}"];
}
