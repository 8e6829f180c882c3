// SPDX-License-Identifier: GPL-3.0-or-later

namespace DolibarrOAuthBridge.Diagnosis;

/// <summary>conf.php: who may read it, whether it has a key, and whether providers can send browsers back to Dolibarr's URL.</summary>
internal sealed class ConfFileDiagnosis : IDiagnosis
{
    /// <inheritdoc />
    public bool NeedsSnapshot => false;

    /// <inheritdoc />
    public Task<IReadOnlyList<Finding>> FindAsync(Examination examination, CancellationToken cancellationToken)
    {
        return Task.FromResult<IReadOnlyList<Finding>>([.. Find(examination)]);
    }

    private static IEnumerable<Finding> Find(Examination examination)
    {
        var conf = examination.Conf;
        var mode = OperatingSystem.IsWindows() ? UnixFileMode.None : File.GetUnixFileMode(conf.Path);
        var shown = Convert.ToString((int)mode, 8);
        if (mode.HasFlag(UnixFileMode.OtherWrite))
        {
            yield return new(
                "conf_writable_by_all",
                Severity.Error,
                conf.Path,
                $"Its mode is {shown}: every user of this machine can change it.",
                $"chmod o-rwx {conf.Path}"
            );
        }
        else if (mode.HasFlag(UnixFileMode.OtherRead))
        {
            yield return new(
                "conf_readable_by_all",
                Severity.Warning,
                conf.Path,
                $"Its mode is {shown}: every user of this machine can read the database password and the key.",
                $"chmod o-rwx {conf.Path}, and let the sidecar's user be in the file's group."
            );
        }

        if (conf.Keys.WriteKey is null)
        {
            yield return new(
                "key_missing",
                Severity.Warning,
                conf.Path,
                "There is neither $dolibarr_main_instance_unique_id nor $dolibarr_main_cookie_cryptkey, so Dolibarr stores secrets and "
                    + "tokens in the clear.",
                "Set $dolibarr_main_instance_unique_id to 32 random characters, then save the entries' secrets and give consent again."
            );
        }

        if (conf.UrlRoot.Length == 0)
        {
            yield return new(
                "url_root_missing",
                Severity.Warning,
                conf.Path,
                "$dolibarr_main_url_root is empty, so the redirect URI of a consent is unknown.",
                "Set it to the URL that browsers use, such as https://erp.example.com."
            );
        }
        else if (Uri.TryCreate(conf.UrlRoot, UriKind.Absolute, out var url) && url.Scheme != Uri.UriSchemeHttps && !url.IsLoopback)
        {
            yield return new(
                "url_root_not_https",
                Severity.Warning,
                conf.Path,
                $"$dolibarr_main_url_root is {conf.UrlRoot}, and providers accept a redirect URI without https for this machine only.",
                "Serve Dolibarr by https and write that URL into conf.php."
            );
        }
    }
}
