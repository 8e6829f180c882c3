namespace DolibarrOAuthBridge.Http.Contracts;

/// <summary>A refusal of <c>/oauth/token</c> (RFC 6749, section 5.2).</summary>
/// <param name="Error">The error code.</param>
/// <param name="ErrorDescription">What happened and what to do.</param>
public sealed record OAuthErrorJson(string Error, string ErrorDescription);
