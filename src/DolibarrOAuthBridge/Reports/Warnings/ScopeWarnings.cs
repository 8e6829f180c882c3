// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Dolibarr.Entries;
using DolibarrOAuthBridge.Entries;
using DolibarrOAuthBridge.Providers;

namespace DolibarrOAuthBridge.Reports.Warnings;

/// <summary>The scopes that the entry asks for, against what Dolibarr does with it and what was granted.</summary>
internal static class ScopeWarnings
{
    public static IEnumerable<EntryWarning> Of(EntryFacts facts)
    {
        var scopes = EntrySettings.Scopes(facts.Entry);
        return scopes.Count == 0 ? None(facts) : [.. Mixed(facts, scopes), .. Missing(facts, scopes), .. NotGranted(facts, scopes)];
    }

    private static IEnumerable<EntryWarning> None(EntryFacts facts)
    {
        if (facts.Provider.ServesMail)
        {
            yield return new(
                EntryWarningCode.ScopeMissing,
                Severity.Error,
                "The entry asks for no scope at all, so the provider refuses the consent or grants nothing of use.",
                $"Choose the scopes in Dolibarr's OAuth setup ({facts.Entry.Name.Constant("SCOPE")})."
            );
        }
    }

    private static IEnumerable<EntryWarning> Mixed(EntryFacts facts, IReadOnlyList<string> scopes)
    {
        var resources = ScopeResources.Of(facts.Provider, scopes);
        if (resources.Count > 1)
        {
            var named = resources.Select(resource =>
                $"{resource} ({string.Join(", ", scopes.Where(scope => ScopeResources.Of(facts.Provider, [scope]).Contains(resource)))})"
            );
            yield return new(
                EntryWarningCode.ScopesMixed,
                Severity.Error,
                $"The scopes belong to {string.Join(" and ", named)}, and a token serves one API only.",
                "Keep those that the entry is for (for mail those of Exchange, outlook.office365.com) and make another entry for the "
                    + "others."
            );
        }
    }

    private static IEnumerable<EntryWarning> Missing(EntryFacts facts, IReadOnlyList<string> scopes)
    {
        foreach (var need in facts.Provider.ScopeNeeds.Where(need => !need.IsMetBy(facts.Provider, scopes)))
        {
            if (facts.Uses.FirstOrDefault(use => use.Purpose == need.Purpose) is { } use)
            {
                yield return need.Purpose switch
                {
                    EntryPurpose.SendMail => new(
                        EntryWarningCode.SmtpScopeMissing,
                        Severity.Error,
                        $"Dolibarr sends mail with this entry ({use.Where}), which needs the scope {need.Scope}.",
                        "Add it in Dolibarr's OAuth setup and give consent again."
                    ),
                    EntryPurpose.ReadMail => new(
                        EntryWarningCode.ImapScopeMissing,
                        Severity.Error,
                        $"The email collector {use.Where} reads mail with this entry, which needs the scope {need.Scope}.",
                        "Add it in Dolibarr's OAuth setup and give consent again."
                    ),
                    _ => new(
                        EntryWarningCode.LoginScopeMissing,
                        Severity.Error,
                        $"The label Login makes this entry the one for signing in, which needs the scope {need.Scope}.",
                        "Add it in Dolibarr's OAuth setup."
                    ),
                };
            }
        }

        if (facts.Uses.Count == 0 && facts.Provider.ServesMail && scopes.All(facts.Provider.IsIdentityScope))
        {
            yield return new(
                EntryWarningCode.MailScopeMissing,
                Severity.Warning,
                "The entry asks only who the user is, so neither sending nor reading mail works with it.",
                "Add a mail scope in Dolibarr's OAuth setup, or call it Login if it is for signing in."
            );
        }
    }

    // People may untick a box on the consent page (Google), and administrators restrict applications.
    private static IEnumerable<EntryWarning> NotGranted(EntryFacts facts, IReadOnlyList<string> scopes)
    {
        var granted = facts.Grant?.Token.Scope?.Split([' ', ','], StringSplitOptions.RemoveEmptyEntries) ?? [];
        var missing = facts
            .Provider.ScopeNeeds.Where(need =>
                need.Purpose != EntryPurpose.SignIn || facts.Uses.Any(static use => use.Purpose == EntryPurpose.SignIn)
            )
            .Where(need => granted.Length > 0 && need.IsMetBy(facts.Provider, scopes) && !need.IsMetBy(facts.Provider, granted))
            .Select(need => need.Scope)
            .Distinct(StringComparer.Ordinal)
            .ToList();
        if (missing.Count > 0)
        {
            yield return new(
                EntryWarningCode.ScopeNotGranted,
                Severity.Warning,
                $"The entry asks for {string.Join(" and ", missing)}, and the stored grant is without.",
                "Give consent again and leave every box on the provider's page ticked; if it stays so, an administrator restricts the "
                    + "application."
            );
        }
    }
}
