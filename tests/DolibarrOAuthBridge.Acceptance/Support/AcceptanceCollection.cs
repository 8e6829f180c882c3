// SPDX-License-Identifier: GPL-3.0-or-later

namespace DolibarrOAuthBridge.Acceptance.Support;

/// <summary>All tests share one stage, one after the other.</summary>
[CollectionDefinition(Name)]
public sealed class AcceptanceCollection : ICollectionFixture<AcceptanceStage>
{
    public const string Name = "A real Dolibarr";
}
