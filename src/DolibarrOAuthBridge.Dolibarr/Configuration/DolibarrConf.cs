// SPDX-License-Identifier: GPL-3.0-or-later

using System.Net;
using DolibarrOAuthBridge.Dolibarr.Encryption;

namespace DolibarrOAuthBridge.Dolibarr.Configuration;

/// <summary>What the bridge needs of Dolibarr's conf.php. <see cref="ToString"/> shows no secret.</summary>
public sealed record DolibarrConf
{
    private volatile string _urlRoot = "";

    /// <summary>The file it was read from.</summary>
    public required string Path { get; init; }

    /// <summary>The database driver: <c>mysqli</c> for MariaDB and MySQL, or <c>pgsql</c> for PostgreSQL.</summary>
    public string DbType { get; init; } = "mysqli";

    /// <summary>
    /// The database server: a host name, an address, or <c>localhost</c>, which PHP's mysqli takes for the server's socket; or the
    /// path of a socket. With PostgreSQL <c>socket</c> is the server's, and a path is its folder. <c>ssl://</c> may stand before it; a
    /// <c>p:</c> before and a port after it are taken off.
    /// </summary>
    public required string DbHost { get; init; }

    /// <summary>The database server's TCP port; 0 for the default.</summary>
    public int DbPort { get; init; }

    /// <summary>
    /// What the database server's certificate is checked against: a PEM file with certificate authorities; <c>none</c> for no check, as
    /// Dolibarr itself does with <c>ssl://</c>; empty for the machine's own authorities where <c>ssl://</c> names another machine. It does
    /// not come from conf.php.
    /// </summary>
    public string DbCertificateAuthority { get; init; } = "";

    /// <summary>Whether the server must show a certificate for its name that <see cref="DbCertificateAuthority"/> vouches for.</summary>
    internal bool MustVerifyServer(bool isTls, string host) =>
        DbCertificateAuthority switch
        {
            "none" => false,
            "" => isTls && !IsLoopback(host),
            _ => true,
        };

    /// <summary>The PEM file; null for the machine's own authorities.</summary>
    internal string? DbCertificateFile => DbCertificateAuthority is "" or "none" ? null : DbCertificateAuthority;

    private static bool IsLoopback(string host) =>
        string.Equals(host, "localhost", StringComparison.OrdinalIgnoreCase)
        || (IPAddress.TryParse(host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address));

    /// <summary>The database's name.</summary>
    public required string DbName { get; init; }

    /// <summary>The database account.</summary>
    public required string DbUser { get; init; }

    /// <summary>
    /// Whether <see cref="DbUser"/> is an account of the sidecar's own, which may see Dolibarr's tables through views only. It does not
    /// come from conf.php.
    /// </summary>
    public bool HasOwnDbAccount { get; init; }

    /// <summary>The database password in the clear, also where conf.php holds it encoded or encrypted.</summary>
    public string DbPassword { get; init; } = "";

    /// <summary>
    /// The prefix of table names: ASCII letters, digits and underscores only, so that it is safe within quoted SQL names.
    /// </summary>
    public string DbPrefix { get; init; } = "llx_";

    /// <summary>The character set Dolibarr asks the server for, where conf.php names one.</summary>
    public string? DbCharacterSet { get; init; }

    /// <summary>Dolibarr's URL without a slash at the end; empty where conf.php has none.</summary>
    public string UrlRoot
    {
        get => _urlRoot;
        init => _urlRoot = value;
    }

    /// <summary>Dolibarr's htdocs directory, where conf.php names it as plain text.</summary>
    public string? MainDocumentRoot { get; init; }

    /// <summary>The login methods such as <c>dolibarr,openid_connect</c>, where conf.php names them as plain text.</summary>
    public string? Authentication { get; init; }

    /// <summary>The keys of encrypted values.</summary>
    public required InstanceKeys Keys { get; init; }

    /// <summary>
    /// Whether only root and this process's user can have written the file and those that it includes. False where that cannot be told.
    /// </summary>
    public bool IsOfOperator { get; init; }

    /// <summary>Takes over what may change while the bridge runs: the keys and Dolibarr's URL.</summary>
    /// <param name="newer">The same conf.php, read again.</param>
    public void Follow(DolibarrConf newer)
    {
        ArgumentNullException.ThrowIfNull(newer);
        Keys.ReplaceBy(newer.Keys);
        _urlRoot = newer.UrlRoot;
    }

    /// <summary>Whether another reading of the file says the same of everything that the bridge uses.</summary>
    /// <param name="other">The other reading.</param>
    public bool SaysTheSameAs(DolibarrConf other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return (DbType, DbHost, DbPort, DbName, DbUser, DbPassword, DbPrefix, DbCharacterSet)
                == (
                    other.DbType,
                    other.DbHost,
                    other.DbPort,
                    other.DbName,
                    other.DbUser,
                    other.DbPassword,
                    other.DbPrefix,
                    other.DbCharacterSet
                )
            && (UrlRoot, MainDocumentRoot, Authentication, IsOfOperator)
                == (other.UrlRoot, other.MainDocumentRoot, other.Authentication, other.IsOfOperator)
            && Keys.HasSameKeysAs(other.Keys);
    }

    /// <summary>Where the configuration comes from and leads to, without secrets.</summary>
    public override string ToString() => $"DolibarrConf ({Path}: {DbUser}@{DbHost}/{DbName}, {DbPrefix})";
}
