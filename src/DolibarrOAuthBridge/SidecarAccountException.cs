namespace DolibarrOAuthBridge;

/// <summary>The sidecar's own database account cannot be used. The message names the setting.</summary>
public sealed class SidecarAccountException(string message, Exception innerException) : Exception(message, innerException);
