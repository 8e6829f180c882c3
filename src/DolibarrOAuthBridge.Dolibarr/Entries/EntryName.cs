// SPDX-License-Identifier: GPL-3.0-or-later

using System.Diagnostics.CodeAnalysis;

namespace DolibarrOAuthBridge.Dolibarr.Entries;

/// <summary>
/// The name of an OAuth entry: <c>GOOGLE-Mail</c>, as <c>MAIN_MAIL_SMTPS_OAUTH_SERVICE</c> and the email collectors hold it,
/// or <c>GOOGLE</c> without a label. It equals the middle of the entry's constants, <c>OAUTH_GOOGLE-Mail_ID</c>.
/// </summary>
public sealed record EntryName
{
    private const int LongestName = 160; // llx_const.name holds 180, with OAUTH_ before and _URLAUTHORIZE after

    private EntryName(EntryProvider provider, string label)
    {
        Provider = provider;
        Label = label;
    }

    /// <summary>Dolibarr's provider.</summary>
    public EntryProvider Provider { get; }

    /// <summary>What the admin called the entry; empty if nothing.</summary>
    public string Label { get; }

    /// <summary>The name of the entry's rows in <c>llx_oauth_token</c>, such as <c>Google-Mail</c>.</summary>
    public string Service => Label.Length == 0 ? Provider.ServicePrefix : $"{Provider.ServicePrefix}-{Label}";

    /// <summary>The entry's constant with the given ending, such as <c>OAUTH_GOOGLE-Mail_SECRET</c> for <c>SECRET</c>.</summary>
    public string Constant(string ending) => $"OAUTH_{this}_{ending}";

    /// <summary>Reads an entry name (<c>GOOGLE-Mail</c>) or a service name (<c>Google-Mail</c>).</summary>
    /// <returns>False where the provider is unknown or the text cannot be a name.</returns>
    public static bool TryParse(string? text, [NotNullWhen(true)] out EntryName? name)
    {
        name = null;
        if (string.IsNullOrEmpty(text) || text.Length > LongestName || text.AsSpan().ContainsAnyInRange('\0', '\u001f'))
        {
            return false;
        }

        var dash = text.IndexOf('-', StringComparison.Ordinal);
        var key = dash < 0 ? text : text[..dash];
        var label = dash < 0 ? string.Empty : text[(dash + 1)..];
        var provider = EntryProvider.All.FirstOrDefault(candidate => AsciiName.AreSame(candidate.Key, key));
        if (provider is null || (dash >= 0 && label.Length == 0))
        {
            return false;
        }

        name = new EntryName(provider, label);
        return true;
    }

    /// <summary>
    /// The same for each entry whose row has one name, whatever its case: <c>STRIPETEST</c> and <c>STRIPE_TEST</c> share a row.
    /// </summary>
    public string RowKey => AsciiName.Fold(Service);

    /// <summary>Whether a row of the token table belongs to this entry.</summary>
    public bool Owns(string? service) => AsciiName.AreSame(Service, service);

    /// <inheritdoc />
    public bool Equals(EntryName? other) => other is not null && Provider == other.Provider && AsciiName.AreSame(Label, other.Label);

    /// <inheritdoc />
    public override int GetHashCode() => HashCode.Combine(Provider, AsciiName.HashOf(Label));

    /// <inheritdoc />
    public override string ToString() => Label.Length == 0 ? Provider.Key : $"{Provider.Key}-{Label}";
}
