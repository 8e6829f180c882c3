using System.Net;
using System.Text.Json;
using DolibarrOAuthBridge.Commands;
using DolibarrOAuthBridge.Dolibarr.Entries;
using DolibarrOAuthBridge.Dolibarr.Tokens;
using DolibarrOAuthBridge.Http.Contracts;
using DolibarrOAuthBridge.Keys;

namespace DolibarrOAuthBridge.Diagnosis;

/// <summary>The running sidecar, where Dolibarr's module would look for it: whether it answers, reaches its database, is this instance's and of this version.</summary>
public sealed class SidecarDiagnosis(SidecarClient client, EntryTable constants) : IDiagnosis
{
    /// <inheritdoc />
    public async Task<IReadOnlyList<Finding>> FindAsync(Examination examination, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(examination);
        if (examination.Offline)
        {
            return [];
        }

        var company = examination.Snapshot.Companies[0].Entity;
        var setting = examination.Snapshot.Setting("OAUTHBRIDGE_ADDRESS", company);
        var address = examination.SidecarAddress ?? (setting.Length > 0 ? setting : SidecarClient.StandardAddress);
        var subject = $"sidecar at {address}";
        try
        {
            var (ready, _) = await client.GetAsync(address, "/readyz", null, cancellationToken).ConfigureAwait(false);
            if (ready != HttpStatusCode.OK)
            {
                return [new("sidecar_not_ready", Severity.Error, subject, $"It runs, but says that it cannot reach its database (/readyz answers {(int)ready}).", "Look at its log: journalctl -u dolibarr-oauth-bridge")];
            }

            var key = await FindKeyAsync(company, cancellationToken).ConfigureAwait(false);
            return key is null ? [] : [.. Judge(subject, await client.GetAsync(address, $"/v1/version?entity={company}", key, cancellationToken).ConfigureAwait(false))];
        }
        catch (HttpRequestException exception)
        {
            return [new("sidecar_unreachable", Severity.Warning, subject, $"It does not answer: {exception.Message}", "Start it (systemctl start dolibarr-oauth-bridge), or name its address in the module's setup or with --sidecar.")];
        }
    }

    private static IEnumerable<Finding> Judge(string subject, (HttpStatusCode Status, string Body) answer)
    {
        if (answer.Status == HttpStatusCode.Unauthorized)
        {
            yield return new("sidecar_of_another_instance", Severity.Error, subject, "It does not know this Dolibarr's API key: it serves another Dolibarr, or another database.", "Start it with --dolibarr-conf of this Dolibarr, on an address of its own, and name that in the module's setup.");
        }
        else if (VersionIn(answer) is var version && version != VersionCommand.Current)
        {
            yield return new("sidecar_version", Severity.Warning, subject, $"It is {version ?? "of an older version"}, and this program is {VersionCommand.Current}.", "Restart it after an upgrade: systemctl restart dolibarr-oauth-bridge");
        }
    }

    private static string? VersionIn((HttpStatusCode Status, string Body) answer)
    {
        try
        {
            return answer.Status == HttpStatusCode.OK ? JsonSerializer.Deserialize(answer.Body, BridgeJson.Default.VersionJson)?.Version : null;
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
            return await constants.FindConstantAsync(ApiKeys.Constant, entity, cancellationToken).ConfigureAwait(false);
        }
        catch (SecretUnreadableException)
        {
            return null; // told by the check of the key
        }
    }
}
