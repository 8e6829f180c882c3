// SPDX-License-Identifier: GPL-3.0-or-later

using System.Collections.Concurrent;
using System.Text.Json;
using DolibarrOAuthBridge.Demo.Provider;

namespace DolibarrOAuthBridge.IntegrationTests.Support;

/// <summary>A webhook at <c>/hook</c> that notes which kinds of notices arrive.</summary>
internal static class NoticeReceiver
{
    public static void NoteKinds(this ScriptedProvider receiver, ConcurrentQueue<string> kinds) =>
        receiver.Map(
            "/hook",
            async context =>
            {
                using var body = await JsonDocument.ParseAsync(context.Request.Body);
                kinds.Enqueue(body.RootElement.GetProperty("kind").GetString()!);
            }
        );
}
