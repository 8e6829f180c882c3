namespace DolibarrOAuthBridge.Providers;

/// <summary>A provider's document cannot be had. The message says why, without anything that the provider sent.</summary>
public sealed class ProviderDocumentException(string message) : Exception(message);
