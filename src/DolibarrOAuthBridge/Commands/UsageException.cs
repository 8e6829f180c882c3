namespace DolibarrOAuthBridge.Commands;

/// <summary>The command was used wrongly: exit status 2.</summary>
internal sealed class UsageException(string message) : Exception(message);
