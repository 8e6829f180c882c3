// SPDX-License-Identifier: GPL-3.0-or-later

using System.Text.Json;

namespace DolibarrOAuthBridge.Providers;

/// <summary>How JSON of providers is read: no duplicate members, no comments, no depth that only an attacker needs.</summary>
internal static class StrictJson
{
    public static JsonDocumentOptions Options { get; } =
        new()
        {
            AllowDuplicateProperties = false,
            AllowTrailingCommas = false,
            CommentHandling = JsonCommentHandling.Disallow,
            MaxDepth = 16,
        };
}
