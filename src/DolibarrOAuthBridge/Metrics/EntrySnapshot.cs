using DolibarrOAuthBridge.Entries;

namespace DolibarrOAuthBridge.Metrics;

/// <summary>The entries of all companies at one moment.</summary>
/// <param name="Entries">The reports; empty while the database cannot be read.</param>
/// <param name="IsDatabaseUp">Whether it could be read.</param>
internal sealed record EntrySnapshot(IReadOnlyList<EntryReport> Entries, bool IsDatabaseUp);
