// SPDX-License-Identifier: GPL-3.0-or-later

namespace DolibarrOAuthBridge;

/// <summary>
/// The sidecar's own settings, from the configuration file, the environment (<c>BRIDGE__…</c>) or the command line. Every one has
/// a default.
/// </summary>
internal sealed record BridgeOptions
{
    /// <summary>Path of Dolibarr's conf.php. The one thing that must be given.</summary>
    public string DolibarrConf { get; init; } = string.Empty;

    /// <summary>The name of the instance among several; empty where there is one without a name.</summary>
    public string Instance { get; init; } = string.Empty;

    /// <summary>The path of the socket that answers for this instance alone; empty for none.</summary>
    public string OwnSocket { get; init; } = string.Empty;

    /// <summary>A directory with a file <c>name.json</c> for each of several instances; empty for none.</summary>
    public string InstancesDirectory { get; init; } = string.Empty;

    /// <summary>
    /// The file with the key that opens <c>/metrics</c> and <c>/readyz?verbose=1</c> over all instances, and nothing else; empty for
    /// none.
    /// </summary>
    public string OperatorKeyFile { get; init; } = string.Empty;

    /// <summary>
    /// Directory for the refresh journal; by default systemd's state directory, else <c>/var/lib/dolibarr-oauth-bridge</c>, else
    /// the user's state directory.
    /// </summary>
    public string StateDirectory { get; init; } = string.Empty;

    /// <summary>A database account of the sidecar's own, made by <c>sql/grants.sql</c>; empty for the one in conf.php.</summary>
    public string DatabaseUser { get; init; } = string.Empty;

    /// <summary>Whether that account is set for all instances, and this one has none of its own.</summary>
    public bool IsDatabaseUserOfAll { get; init; }

    /// <summary>The file that holds that account's password, such as a systemd credential.</summary>
    public string DatabasePasswordFile { get; init; } = string.Empty;

    /// <summary>
    /// What the database server's certificate is checked against: a PEM file with certificate authorities, or <c>none</c> for no check.
    /// Empty: the machine's own authorities where conf.php names another machine with <c>ssl://</c>, else no check.
    /// </summary>
    public string DatabaseCa { get; init; } = string.Empty;

    /// <summary>Limit for one call to a provider from connecting to the last byte. The default is 15 seconds.</summary>
    public TimeSpan ProviderDeadline { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>How long a token must live on to be handed out when the caller does not say. The default is 60 seconds.</summary>
    public TimeSpan MinTtl { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How long before its end a token is renewed in the background. The default is 5 minutes.</summary>
    public TimeSpan RenewAhead { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>When tokens are renewed without being asked for. The default is <see cref="RenewalPolicy.Proactive"/>.</summary>
    public RenewalPolicy Renewal { get; init; } = RenewalPolicy.Proactive;

    /// <summary>How often the background renewal looks. The default is 30 seconds.</summary>
    public TimeSpan RenewalInterval { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>By which proxy providers and mail servers are reached. The default is none.</summary>
    public ProxyUse UseProxy { get; init; }

    /// <summary>Hosts, domains and networks that are reached without the proxy.</summary>
    public IReadOnlyList<string> NoProxy { get; init; } = [];

    /// <summary>
    /// A PEM file with certificate authorities that providers' and mail servers' certificates may come from, besides those that the
    /// machine trusts; empty for none.
    /// </summary>
    public string CaFile { get; init; } = string.Empty;

    /// <summary>
    /// How old an entry and its row may be when a token that is still valid is handed out; zero reads the database at every call. The
    /// default is one second.
    /// </summary>
    public TimeSpan ReadCache { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How <c>serve</c> writes its log. The default is <see cref="LogFormat.Text"/>.</summary>
    public LogFormat LogFormat { get; init; } = LogFormat.Text;

    /// <summary>Limit for one check of a mail server, token and all. The default is 15 seconds.</summary>
    public TimeSpan MailDeadline { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>
    /// As <see cref="CaFile"/>, for mail servers alone; empty for none.
    /// </summary>
    public string MailCaFile { get; init; } = string.Empty;

    /// <summary>How a person hears of notices.</summary>
    public NotifyOptions Notify { get; init; } = new();

    /// <summary>
    /// How long nobody sends a refresh token that another process sent before it fell silent, at providers that end a grant when an old
    /// refresh token comes back. The default is 10 minutes.
    /// </summary>
    public TimeSpan InDoubtFor { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>How long the audit trail is kept. The default is 400 days.</summary>
    public TimeSpan KeepEvents { get; init; } = TimeSpan.FromDays(400);

    /// <summary>How long a lease lasts. It is prolonged while its process is at work.</summary>
    public TimeSpan LeaseDuration { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>The longest that a refresh takes, with every deadline within it.</summary>
    public TimeSpan RefreshLimit => (2 * ProviderDeadline) + TimeSpan.FromSeconds(15);

    /// <inheritdoc />
    public override string ToString() => nameof(BridgeOptions); // a webhook's URL may be a secret
}
