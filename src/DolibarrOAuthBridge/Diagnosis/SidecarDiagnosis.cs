// SPDX-License-Identifier: GPL-3.0-or-later

using System.Net;
using System.Text.Json;
using DolibarrOAuthBridge.Dolibarr.Entries;
using DolibarrOAuthBridge.Dolibarr.Tokens;
using DolibarrOAuthBridge.Keys;

namespace DolibarrOAuthBridge.Diagnosis;

/// <summary>
/// The running sidecar, where Dolibarr's module would look for it: whether it answers, reaches its database, is this instance's
/// and of this version.
/// </summary>
internal sealed class SidecarDiagnosis(EntryTable constants, BridgeOptions options) : IDiagnosis
{
    private const string Version = "/v1/version";

    /// <inheritdoc />
    public async Task<IReadOnlyList<Finding>> FindAsync(Examination examination, CancellationToken cancellationToken)
    {
        if (examination.Offline)
        {
            return [];
        }

        var company = examination.Snapshot.Companies[0].Entity;
        var setting = examination.Snapshot.Setting(SidecarAddress.Constant, company);
        var address = examination.SidecarAddress ?? SidecarAddress.Of(setting, options);
        var prefix = SidecarClient.PrefixOf(options, address);
        var subject = $"sidecar at {address}{prefix}";
        try
        {
            var (ready, _) = await SidecarClient.GetAsync(address, prefix + "/readyz", null, cancellationToken);
            if (ready != HttpStatusCode.OK)
            {
                return
                [
                    new(
                        "sidecar_not_ready",
                        Severity.Error,
                        subject,
                        $"It runs, but says that it cannot reach its database (/readyz answers {(int)ready}).",
                        "Look at its log: journalctl -u dolibarr-oauth-bridge"
                    ),
                ];
            }

            var key = await FindKeyAsync(company, cancellationToken);
            if (key is null)
            {
                return [];
            }

            // Any user of this machine may listen there, so the key is for who knows it already.
            return await SidecarClient.ProvesAsync(address, prefix, key, company, cancellationToken)
                ? [.. Judge(subject, await SidecarClient.GetAsync(address, $"{prefix}{Version}?entity={company}", key, cancellationToken))]
                : [OfAnother(subject)];
        }
        catch (HttpRequestException exception)
        {
            return
            [
                new(
                    "sidecar_unreachable",
                    Severity.Warning,
                    subject,
                    $"It does not answer: {exception.Message}",
                    "Start it (systemctl start dolibarr-oauth-bridge), or name its address in the module's setup or with --sidecar."
                ),
            ];
        }
    }

    private static Finding OfAnother(string subject) =>
        new(
            "sidecar_of_another_instance",
            Severity.Error,
            subject,
            "It does not prove that it knows this Dolibarr's API key: it serves another Dolibarr or database, or is another program.",
            "Start it with --dolibarr-conf of this Dolibarr, on an address of its own, and name that in the module's setup."
        );

    private static IEnumerable<Finding> Judge(string subject, (HttpStatusCode Status, string Body) answer)
    {
        if (VersionIn(answer) is var version && version != BridgeVersion.Current)
        {
            yield return new(
                "sidecar_version",
                Severity.Warning,
                subject,
                $"It is {version ?? "of an older version"}, and this program is {BridgeVersion.Current}.",
                "Restart it after an upgrade: systemctl restart dolibarr-oauth-bridge"
            );
        }
    }

    private static string? VersionIn((HttpStatusCode Status, string Body) answer)
    {
        try
        {
            return answer.Status == HttpStatusCode.OK
                ? JsonSerializer.Deserialize(answer.Body, DiagnosisJson.Default.SidecarVersion)?.Version
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private async Task<string?> FindKeyAsync(int entity, CancellationToken cancellationToken)
    {
        try
        {
            return await constants.FindSecretConstantAsync(ApiKeys.Constant, entity, cancellationToken);
        }
        catch (SecretUnreadableException)
        {
            return null; // told by the check of the key
        }
    }
}
