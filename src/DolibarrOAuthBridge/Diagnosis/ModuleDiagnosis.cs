// SPDX-License-Identifier: GPL-3.0-or-later

using System.Globalization;
using System.Text.RegularExpressions;
using DolibarrOAuthBridge.Providers;

namespace DolibarrOAuthBridge.Diagnosis;

/// <summary>Dolibarr's side: its OAuth module, and the module that asks the bridge.</summary>
internal sealed partial class ModuleDiagnosis : SnapshotDiagnosis
{
    private const string Descriptor = "custom/oauthbridge/core/modules/modOauthBridge.class.php";

    /// <inheritdoc />
    protected override IEnumerable<Finding> Find(Examination examination, InstanceSnapshot snapshot)
    {
        foreach (var company in snapshot.Companies.Where(company => company.Entries.Count > 0))
        {
            var subject = $"entity {company.Entity}";
            if (!IsOn("MAIN_MODULE_OAUTH"))
            {
                yield return new(
                    "oauth_module_disabled",
                    Severity.Warning,
                    subject,
                    "Dolibarr's own module OAuth is off, so its mail settings offer no entry.",
                    "Switch it on under Setup, Modules."
                );
            }

            if (!IsOn("MAIN_MODULE_OAUTHBRIDGE"))
            {
                yield return Disabled(snapshot, company, subject);
            }
            else if (snapshot.Setting("OAUTHBRIDGE_INTERCEPT_REFRESH", company.Entity) == "0")
            {
                yield return new(
                    "interception_off",
                    Severity.Info,
                    subject,
                    "Dolibarr's own refreshes go to the provider, past the bridge.",
                    "Switch on \"refreshes go through the bridge\" in the module's setup."
                );
            }

            bool IsOn(string module) => snapshot.Setting(module, company.Entity) is not ("" or "0");
        }

        if (ModuleVersion(examination.Conf.MainDocumentRoot) is { } version && version != BridgeVersion.Current.Split('+', '-')[0])
        {
            yield return new(
                "module_version",
                Severity.Warning,
                Descriptor,
                $"The module is {version}, and this program is {BridgeVersion.Current}.",
                "Upgrade the older of the two."
            );
        }
    }

    // From 22.0 until the fix of 24.0 Dolibarr's mail code gives its OAuth library no HTTP client that works.
    private static Finding Disabled(InstanceSnapshot snapshot, CompanySnapshot company, string subject)
    {
        var entity = company.Entity;
        var release = snapshot.Setting("MAIN_VERSION_LAST_UPGRADE", entity) is { Length: > 0 } upgraded
            ? upgraded
            : snapshot.Setting("MAIN_VERSION_LAST_INSTALL", entity);
        return int.TryParse(release.Split('.')[0], NumberStyles.None, CultureInfo.InvariantCulture, out var major) && major is 22 or 23
                ? new(
                    "stock_refresh_broken",
                    Severity.Warning,
                    subject,
                    $"Dolibarr {release} does not refresh a token when it sends mail (\"no suitable wrapper could be found\"), and the "
                        + "module oauthbridge is off.",
                    "Enable the module oauthbridge; until then mail works only as long as the sidecar renews every token in time."
                )
            : company.Entries.Any(entry => ProviderCatalogue.Of(entry).SendScopeOnRefresh)
            && snapshot.Setting("OAUTH_ADD_SCOPE_AND_TENANT_IN_REFRESH_MESSAGE", entity) is "" or "0"
                ? new(
                    "stock_refresh_without_scope",
                    Severity.Warning,
                    subject,
                    "Dolibarr's own refreshes name no scope, which Microsoft refuses (AADSTS900144) or answers with a token for "
                        + "something else; the constant OAUTH_ADD_SCOPE_AND_TENANT_IN_REFRESH_MESSAGE is not set, and the module "
                        + "oauthbridge is off.",
                    "Enable the module oauthbridge, or set that constant to 1."
                )
            : new(
                "module_disabled",
                Severity.Info,
                subject,
                "The module oauthbridge is off: Dolibarr does not ask the bridge, and has the tokens that the sidecar renewed in time.",
                "Enable it under Setup, Modules."
            );
    }

    private static string? ModuleVersion(string? documentRoot)
    {
        try
        {
            return
                documentRoot is not null
                && Path.Combine(documentRoot, Descriptor) is var path
                && File.Exists(path)
                && Version().Match(File.ReadAllText(path)) is { Success: true } match
                ? match.Groups[1].Value
                : null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    [GeneratedRegex(@"\$this->version\s*=\s*'(\d[\w.]{0,30})'")]
    private static partial Regex Version();
}
