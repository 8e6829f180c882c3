// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Consents;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Primitives;

namespace DolibarrOAuthBridge.Commands.Consenting;

/// <summary>
/// The address where a browser ended, with the provider's answer in its query; hostile until checked. It prints nothing of
/// itself: the code is a credential.
/// </summary>
internal sealed class RedirectAnswer
{
    private readonly string _address;
    private readonly Dictionary<string, StringValues> _parameters;
    private readonly TaskCompletionSource<string> _reply = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <param name="text">The address, or only its query.</param>
    public RedirectAnswer(string text)
    {
        var trimmed = text.Trim().Trim('"', '\'');
        var mark = trimmed.IndexOf('?', StringComparison.Ordinal);
        _address = mark < 0 ? string.Empty : trimmed;
        _parameters = QueryHelpers.ParseQuery((mark < 0 ? trimmed : trimmed[mark..]).Split('#')[0]);
    }

    /// <summary>What the person is told, once it is known.</summary>
    public Task<string> Outcome => _reply.Task;

    /// <summary>Tells the person.</summary>
    public void Reply(string outcome) => _reply.TrySetResult(outcome);

    /// <summary>The answer as the consent takes it.</summary>
    /// <param name="redirectUri">The consent's redirect URI.</param>
    /// <param name="binding">What only this command knows.</param>
    /// <exception cref="BridgeException">A parameter is repeated.</exception>
    public AuthorizationResponse ToResponse(string redirectUri, string binding) =>
        new()
        {
            SessionBinding = binding,
            State = Single("state"),
            Code = Single("code"),
            Issuer = Single("iss"),
            Error = Single("error"),
            ErrorDescription = Single("error_description"),
            RedirectUri =
                _address.Length == 0 || _address.StartsWith('?') || _address.StartsWith(redirectUri, StringComparison.Ordinal)
                    ? redirectUri
                    : _address.Split('?')[0],
        };

    /// <inheritdoc />
    public override string ToString() => "[answer]";

    // A second value is somebody's attempt to have two readers see two things.
    private string? Single(string name) =>
        !_parameters.TryGetValue(name, out var values) ? null
        : values.Count == 1 ? values[0]
        : throw new BridgeException(ProblemCode.InvalidRequest, $"The address names {name} more than once.");
}
