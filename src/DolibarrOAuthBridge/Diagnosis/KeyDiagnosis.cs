// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Dolibarr.Encryption;
using DolibarrOAuthBridge.Dolibarr.Tokens;
using DolibarrOAuthBridge.Keys;

namespace DolibarrOAuthBridge.Diagnosis;

/// <summary>The key in conf.php: whether it opens what is encrypted, and whether something stands in the clear that should not.</summary>
internal sealed class KeyDiagnosis(TokenCodec codec, BridgeOptions options) : SnapshotDiagnosis
{
    private const int MostPlaces = 10;

    /// <inheritdoc />
    protected override IEnumerable<Finding> Find(Examination examination, InstanceSnapshot snapshot)
    {
        var encrypted = snapshot
            .Constants.Select(constant => (Place: $"{constant.Name} (entity {constant.Entity})", Value: constant.Stored))
            .Concat(snapshot.Rows.Select(row => (Place: $"token row {row.RowId} ({row.Service})", Value: row.Value ?? string.Empty)))
            .Where(field => DolCrypt.IsEncrypted(field.Value))
            .ToList();
        var unreadable = encrypted.Where(field => !codec.CanRead(field.Value)).Select(field => field.Place).ToList();
        if (unreadable.Count > 0)
        {
            yield return unreadable.Count == encrypted.Count
                ? new(
                    "key_wrong",
                    Severity.Error,
                    examination.Conf.Path,
                    $"None of the {encrypted.Count} encrypted values opens with the key in this file: the database was restored without "
                        + "its conf.php, or the key was changed.",
                    "Put back the old $dolibarr_main_instance_unique_id. If it is lost, enter every secret again and give consent again. "
                        + "To change a key, use dolibarr-oauth-bridge rekey."
                )
                : new(
                    "value_unreadable",
                    Severity.Error,
                    examination.Conf.Path,
                    $"{unreadable.Count} of {encrypted.Count} encrypted values do not open with the key in this file: {Some(unreadable)}.",
                    "They were written under another key, or cut. Enter those secrets again, and give consent again for those tokens."
                );
        }

        if (examination.Conf.Keys.WriteKey is { } key && WeakKey.IsPublic(key.Span))
        {
            yield return new(
                "key_public",
                Severity.Error,
                examination.Conf.Path,
                "The key in this file is the one of the public container image (DOLI_INSTANCE_UNIQUE_ID): whoever has a copy of the "
                    + "database reads every secret in it.",
                "Change it: write a copy of this file with a random $dolibarr_main_instance_unique_id, and run dolibarr-oauth-bridge rekey "
                    + "--new-conf with it."
            );
        }

        if (WithComma(examination, encrypted) is { } comma)
        {
            yield return comma;
        }

        if (encrypted.Count > 0)
        {
            foreach (var finding in InTheClear(snapshot, examination.Conf.DbPrefix))
            {
                yield return finding;
            }
        }

        foreach (var constant in snapshot.Constants.Where(constant => constant.Name == ApiKeys.Constant && IsInTheClear(constant)))
        {
            yield return new(
                "api_key_in_clear",
                Severity.Error,
                $"entity {constant.Entity}",
                $"{ApiKeys.Constant} stands in the clear, where Dolibarr would have encrypted it, so the sidecar refuses it. "
                    + "Whoever wrote it by SQL meant to be let in with it.",
                "If that was not you, find out who it was. Make a new key: dolibarr-oauth-bridge init --entity "
                    + $"{Math.Max(1, constant.Entity)}"
            );
        }

        foreach (var company in snapshot.Companies.Where(company => snapshot.Setting(ApiKeys.Constant, company.Entity).Length == 0))
        {
            yield return new(
                "api_key_missing",
                Severity.Error,
                $"entity {company.Entity}",
                $"{ApiKeys.Constant} is not set, so the sidecar refuses every call for this company.",
                $"Enable the module oauthbridge there, or run: dolibarr-oauth-bridge init --entity {company.Entity}"
            );
        }
    }

    private bool IsInTheClear(ConstantRow constant) =>
        codec.CanEncrypt && constant.Stored.Length > 0 && !DolCrypt.IsEncrypted(constant.Stored);

    // Release 24 made a list of the key: it encrypts with the part before the first comma, and reads each part in turn.
    private Finding? WithComma(Examination examination, List<(string Place, string Value)> encrypted)
    {
        var keys = examination.Conf.Keys;
        if (!keys.HasComma)
        {
            return null;
        }

        var (path, selector) = (examination.Conf.Path, CommandText.Selector(options, examination.Conf));
        var rekey = $"dolibarr-oauth-bridge rekey {selector} --new-conf {CommandText.Quote(path)} --release 24";
        var lost = encrypted
            .Where(field => codec.CanRead(field.Value) && !codec.CanRead(field.Value, KeyRule.CommaSeparated))
            .Select(field => field.Place)
            .ToList();
        return keys.Rule == KeyRule.WholeKey
                ? new(
                    "key_with_comma",
                    Severity.Warning,
                    path,
                    "The key has a comma in it. Dolibarr 24 takes that for a list of keys, and then cannot read what this release encrypted"
                        + $" ({lost.Count} of {encrypted.Count} values).",
                    $"Right before the upgrade to 24, while Dolibarr stands still, run: {rekey}"
                )
            : lost.Count > 0
                ? new(
                    "value_of_older_release",
                    Severity.Error,
                    path,
                    "The key has a comma in it. A release before 24 encrypted these with the whole key, which this release does not try: "
                        + $"{Some(lost)}.",
                    $"Run: {rekey}"
                )
            : null;
    }

    private static IEnumerable<Finding> InTheClear(InstanceSnapshot snapshot, string prefix)
    {
        var secrets = snapshot
            .Constants.Where(constant =>
                constant.Stored.Length > 0
                && !DolCrypt.IsEncrypted(constant.Stored)
                && constant.Name.StartsWith("OAUTH_", StringComparison.Ordinal)
                && constant.Name.EndsWith("_SECRET", StringComparison.Ordinal)
            )
            .Select(constant => $"{constant.Name} (entity {constant.Entity})")
            .ToList();
        if (secrets.Count > 0)
        {
            yield return new(
                "secret_in_clear",
                Severity.Warning,
                $"{prefix}const",
                $"Stored in the clear: {Some(secrets)}.",
                "Save the entry once more in Dolibarr's OAuth setup, which encrypts it."
            );
        }

        var rows = snapshot
            .Companies.SelectMany(company =>
                snapshot.Rows.Where(row =>
                    row.Entity == company.Entity
                    && !row.HasOwner
                    && !(row.HoldsStripeAccount && row.Column == "tokenstring")
                    && row.Value is { Length: > 0 } value
                    && !DolCrypt.IsEncrypted(value)
                    && company.Entries.Any(entry => entry.Name.Owns(row.Service))
                )
            )
            .Select(row => $"row {row.RowId} ({row.Service})")
            .ToList();
        if (rows.Count > 0)
        {
            yield return new(
                "token_in_clear",
                Severity.Warning,
                $"{prefix}oauth_token",
                $"Stored in the clear, although this instance encrypts: {Some(rows)}.",
                "A release before 17 wrote it, a PHP without openssl, or somebody by SQL. The bridge encrypts it at the next refresh; a "
                    + "token that is never refreshed wants a new consent."
            );
        }
    }

    private static string Some(List<string> places) =>
        string.Join(", ", places.Take(MostPlaces)) + (places.Count > MostPlaces ? $" and {places.Count - MostPlaces} more" : string.Empty);
}
