// SPDX-License-Identifier: GPL-3.0-or-later

namespace DolibarrOAuthBridge;

/// <summary>A file with a secret that the sidecar's own configuration names: a key, a password, a client's private key.</summary>
/// <param name="Setting">The setting that names it, such as <c>Bridge:OperatorKeyFile</c>.</param>
/// <param name="Path">The file.</param>
internal sealed record SecretFile(string Setting, string Path)
{
    // Of Docker and podman: everybody in the container reads them, and nobody else.
    private const string OfContainer = "/run/secrets/";

    private const UnixFileMode OfEverybody = UnixFileMode.OtherRead | UnixFileMode.OtherWrite;

    /// <summary>What to do about an exposed file.</summary>
    public const string Advice = "Make it readable for the sidecar's user alone (chmod 600).";

    // The last member of the settings' names; whatever is in an entry's section or in the bridge's own.
    private static readonly string[] Settings =
    [
        "OperatorKeyFile",
        "DatabasePasswordFile",
        "WebhookSecretFile",
        "CertificateKey",
        "CertificatePasswordFile",
        "ServiceAccountKey",
    ];

    /// <summary>Whether it is one of an entry, such as a client certificate.</summary>
    public bool IsOfEntry => Setting.StartsWith("Entries:", StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether every user of this machine may read or change it. False where that cannot be told.</summary>
    public bool IsExposed => IsExposedAt(Path);

    /// <summary>What is wrong with an exposed file, as a sentence.</summary>
    public string Evidence => $"Every user of this machine can read or change {Path}, which {Setting} names and which holds a secret.";

    /// <summary>The files that a configuration names.</summary>
    /// <param name="configuration">The sidecar's or an instance's configuration.</param>
    public static IReadOnlyList<SecretFile> Of(IConfiguration configuration) =>
        [
            .. configuration
                .AsEnumerable()
                .Where(static setting => !string.IsNullOrEmpty(setting.Value))
                .Where(setting =>
                    Settings.Contains(LastOf(setting.Key), StringComparer.OrdinalIgnoreCase) || IsWhole(configuration, setting.Key)
                )
                .Select(static setting => new SecretFile(setting.Key, setting.Value!))
                .OrderBy(static file => file.Setting, StringComparer.OrdinalIgnoreCase),
        ];

    /// <summary>Whether every user of this machine may read or change a file. False where that cannot be told.</summary>
    public static bool IsExposedAt(string path)
    {
        if (path.StartsWith(OfContainer, StringComparison.Ordinal))
        {
            return false;
        }

        try
        {
            // The mode of a link itself says nothing.
            var file = File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? path;
            return !OperatingSystem.IsWindows() && (File.GetUnixFileMode(file) & OfEverybody) != 0;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return false; // whoever reads it says that
        }
    }

    // A certificate's file holds the key too where no other one is named for it.
    private static bool IsWhole(IConfiguration configuration, string key) =>
        LastOf(key).Equals("Certificate", StringComparison.OrdinalIgnoreCase) && string.IsNullOrEmpty(configuration[key + "Key"]);

    private static string LastOf(string key) => key[(key.LastIndexOf(':') + 1)..];
}
