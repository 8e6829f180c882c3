// SPDX-License-Identifier: GPL-3.0-or-later

using System.Text.Json;

namespace DolibarrOAuthBridge.Providers;

/// <summary>
/// The account at the provider that granted. The subject identifies it; the name (an e-mail address or login) is for people
/// and may change. Each is null where the provider did not say it, but not both.
/// </summary>
/// <param name="Subject">What identifies it: <c>sub</c>, or a provider's own id.</param>
/// <param name="Name">What people call it.</param>
internal sealed record GrantAccount(string? Subject, string? Name)
{
    private const int LongestPart = 120; // both fit into oauthbridge_grant.account

    // OpenID Connect's claims; the last one is of plain OAuth servers.
    private static readonly string[] Names = ["email", "preferred_username", "upn", "name", "login"];

    /// <summary>An account of what a provider said; null if it said nothing usable.</summary>
    public static GrantAccount? Of(string? subject, string? name)
    {
        var (id, label) = (Clean(subject), Clean(name));
        return id is null && label is null ? null : new GrantAccount(id, label);
    }

    /// <summary>The account that a token answer names, in the provider's own way or by its ID token; null if neither does.</summary>
    public static GrantAccount? Of(TokenResponse response, Provider provider)
    {
        return provider.AccountMember is { } member
            ? Of(response.Parameters.GetString(member), null)
            : IdTokenClaims.Read(response.Parameters.GetString("id_token"))?.Account;
    }

    /// <summary>The account that claims name, those of an ID token or of userinfo, which may say <c>id</c>; else null.</summary>
    public static GrantAccount? OfClaims(JsonElement claims) =>
        claims.ValueKind == JsonValueKind.Object
            ? Of(
                Text(claims, "sub") ?? Text(claims, "id", isNumberAllowed: true),
                Names.Select(name => Text(claims, name)).FirstOrDefault(static text => !string.IsNullOrEmpty(text))
            )
            : null;

    /// <summary>Reads what <see cref="Stored"/> wrote; null of null.</summary>
    public static GrantAccount? Parse(string? stored)
    {
        if (string.IsNullOrEmpty(stored))
        {
            return null;
        }

        var start = stored.LastIndexOf(" [", StringComparison.Ordinal);
        return stored.EndsWith(']') && start >= 0 ? Of(stored[(start + 2)..^1], stored[..start]) : Of(null, stored);
    }

    /// <summary>Whether two accounts are certainly not the same one: by subject where both have it, else by name.</summary>
    public bool DiffersFrom(GrantAccount other)
    {
        return Subject is not null && other.Subject is not null
            ? Subject != other.Subject
            : Name is not null && other.Name is not null && !string.Equals(Name, other.Name, StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>Both parts in one column.</summary>
    public string Stored => Subject is null ? Name! : $"{Name} [{Subject}]";

    /// <summary>What people call it.</summary>
    public override string ToString() => Name ?? Subject!;

    private static string? Text(JsonElement claims, string name, bool isNumberAllowed = false) =>
        !claims.TryGetProperty(name, out var member) ? null
        : member.ValueKind == JsonValueKind.String ? member.GetString()
        : isNumberAllowed && member.ValueKind == JsonValueKind.Number ? member.GetRawText()
        : null;

    // Brackets would confuse whoever reads the column. What is cut has no ellipsis: a subject is compared with the stored one.
    private static string? Clean(string? part)
    {
        var unbracketed = string.Concat((part ?? string.Empty).Where(static character => character is not ('[' or ']'))).Trim();
        var clean = ForeignText.Clean(unbracketed, [], LongestPart).TrimEnd('…').Trim();
        return clean.Length == 0 ? null : clean;
    }
}
