using System.Text.Json.Serialization;

namespace DolibarrOAuthBridge.Login;

/// <summary>How a sign-in under way is written.</summary>
[JsonSerializable(typeof(PendingLogin))]
internal sealed partial class LoginJson : JsonSerializerContext;
