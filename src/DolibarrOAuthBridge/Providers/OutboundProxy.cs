// SPDX-License-Identifier: GPL-3.0-or-later

using System.Globalization;
using System.Net;
using DolibarrOAuthBridge.Dolibarr.Database;
using DolibarrOAuthBridge.Dolibarr.Encryption;
using DolibarrOAuthBridge.Dolibarr.Entries;
using DolibarrOAuthBridge.Dolibarr.Tokens;

namespace DolibarrOAuthBridge.Providers;

/// <summary>
/// The proxy for what leaves this machine, by <c>Bridge:UseProxy</c>: none, the environment's, or Dolibarr's own
/// (<c>MAIN_PROXY_USE</c> and its siblings, entity 0 or 1), read at most once a minute. <c>Bridge:NoProxy</c> lists hosts that are
/// reached without.
/// </summary>
#pragma warning disable CA1001 // a semaphore without a wait handle holds nothing to be disposed of
internal sealed class OutboundProxy(
    BridgeOptions options,
    TimeProvider time,
    EntryTable? constants = null,
    TokenCodec? codec = null,
    EncryptedCopies? copies = null,
    Func<string, bool>? wasElsewhere = null
) : IWebProxy
#pragma warning restore CA1001
{
    /// <summary>The setting with the proxy's password.</summary>
    internal const string Password = Prefix + "PASS";

    private const string Prefix = "MAIN_PROXY_";
    private const int MainCompany = 1;

    private static readonly TimeSpan GoodFor = TimeSpan.FromMinutes(1);

    private readonly SemaphoreSlim _reading = new(1, 1);
    private Known _known = new(null, null, DateTimeOffset.MinValue);

    /// <summary>Whether any proxy may be used.</summary>
    public bool IsUsed => options.UseProxy != ProxyUse.None;

    /// <inheritdoc />
    public ICredentials? Credentials
    {
        get => options.UseProxy == ProxyUse.Dolibarr ? _known.Credentials : HttpClient.DefaultProxy.Credentials;
        set => throw new NotSupportedException();
    }

    /// <summary>Reads Dolibarr's settings if they are to be used and are not known yet, or no longer.</summary>
    /// <exception cref="ProviderConfigurationException">They cannot be used.</exception>
    /// <exception cref="BridgeException">The database failed.</exception>
    public async Task PrepareAsync(CancellationToken cancellationToken)
    {
        if (options.UseProxy != ProxyUse.Dolibarr || constants is null || IsKnown())
        {
            return;
        }

        await _reading.WaitAsync(cancellationToken);
        try
        {
            if (!IsKnown())
            {
                var settings = await constants.ListConstantsAsync(Prefix, MainCompany, cancellationToken);
                await RequireOwnPasswordAsync(settings, cancellationToken);
                _known = Read(settings);
            }
        }
        catch (StoreException exception)
        {
            throw BridgeException.From(exception);
        }
        finally
        {
            _reading.Release();
        }
    }

    /// <summary>The proxy for a URL as last read; null for none.</summary>
    public Uri? GetProxy(Uri destination) =>
        IsExcluded(destination.IdnHost) || EndpointUri.IsLoopback(destination) ? null // http never leaves this machine
        : options.UseProxy == ProxyUse.Environment ? Environment(destination)
        : _known.Proxy;

    /// <inheritdoc />
    public bool IsBypassed(Uri host) => GetProxy(host) is null;

    private bool IsKnown() => BoundedTime.IsAhead(_known.Until, time.GetUtcNow(), GoodFor);

    // As curl reads it: "*" is everything, "example.com" and ".example.com" are the domain and all below it; "10.0.0.0/8" is a network.
    internal bool IsExcluded(string host) =>
        options.NoProxy.Any(rule =>
            rule == "*"
            || string.Equals(host, rule.TrimStart('.'), StringComparison.OrdinalIgnoreCase)
            || (!IPAddress.TryParse(host, out _) && host.EndsWith("." + rule.TrimStart('.'), StringComparison.OrdinalIgnoreCase))
            || (IPNetwork.TryParse(rule, out var network) && IPAddress.TryParse(host, out var address) && network.Contains(address))
        );

    private static Uri? Environment(Uri destination) =>
        HttpClient.DefaultProxy.IsBypassed(destination) ? null : HttpClient.DefaultProxy.GetProxy(destination);

    private Known Read(IReadOnlyDictionary<string, string> values)
    {
        var until = time.GetUtcNow() + GoodFor;
        string Value(string name) => values.GetValueOrDefault(Prefix + name, string.Empty).Trim();
        if (Value("USE") is "" or "0" || Value("HOST").Length == 0)
        {
            return new Known(null, null, until);
        }

        var host = Value("HOST").Contains("://", StringComparison.Ordinal) ? Value("HOST") : "http://" + Value("HOST");
        if (
            !Uri.TryCreate(host, UriKind.Absolute, out var address)
            || address.Scheme is not ("http" or "https" or "socks4" or "socks4a" or "socks5")
            || (Value("PORT").Length > 0 && !IsPort(Value("PORT")))
        )
        {
            throw new ProviderConfigurationException(
                $"Dolibarr's proxy {Value("HOST")}, port {Value("PORT")} (MAIN_PROXY_HOST, MAIN_PROXY_PORT) is no proxy: correct it under "
                    + "Setup, Security, Miscellaneous, or set Bridge:UseProxy to false."
            );
        }

        var proxy =
            Value("PORT").Length == 0
                ? address
                : new UriBuilder(address) { Port = int.Parse(Value("PORT"), CultureInfo.InvariantCulture) }.Uri;
        return new Known(proxy, Value("USER").Length == 0 ? null : new NetworkCredential(Value("USER"), Decrypt(Value("PASS"))), until);
    }

    // Whoever writes to the database chooses the proxy: another secret that he copied here is not sent to it.
    private async Task RequireOwnPasswordAsync(IReadOnlyDictionary<string, string> settings, CancellationToken cancellationToken)
    {
        if (
            copies is not null
            && DolCrypt.OriginOf(settings.GetValueOrDefault(Password)?.Trim()) is { } origin
            && (
                wasElsewhere?.Invoke(origin) == true
                || await copies.IsSettingAsync(origin, Password, cancellationToken)
                || await copies.IsTokenAsync(origin, cancellationToken)
            )
        )
        {
            throw new ProviderConfigurationException(
                $"{Password} is a copy of another secret of this Dolibarr, or was one, so it is sent to no proxy. Enter the proxy's "
                    + "password again under Setup, Security, Miscellaneous, and find out who wrote that setting."
            );
        }
    }

    // Dolibarr encrypts what ends in _PASS.
    private string Decrypt(string password)
    {
        try
        {
            return codec?.DecryptText(password) ?? password;
        }
        catch (SecretUnreadableException exception)
        {
            throw new ProviderConfigurationException(
                $"MAIN_PROXY_PASS, the password of Dolibarr's proxy, cannot be read. {exception.Message}"
            );
        }
    }

    private static bool IsPort(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is > 0 and <= 65535;

    private sealed record Known(Uri? Proxy, ICredentials? Credentials, DateTimeOffset Until);
}
