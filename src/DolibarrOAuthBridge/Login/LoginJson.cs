// SPDX-License-Identifier: GPL-3.0-or-later

using System.Text.Json.Serialization;

namespace DolibarrOAuthBridge.Login;

/// <summary>How a sign-in under way is written.</summary>
[JsonSerializable(typeof(PendingLogin))]
internal sealed partial class LoginJson : JsonSerializerContext;
