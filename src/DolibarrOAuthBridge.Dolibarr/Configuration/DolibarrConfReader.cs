// SPDX-License-Identifier: GPL-3.0-or-later

using System.Globalization;
using System.Text.RegularExpressions;
using DolibarrOAuthBridge.Dolibarr.Encryption;

namespace DolibarrOAuthBridge.Dolibarr.Configuration;

/// <summary>
/// Reads conf.php, which is PHP code, without ever running it: plain assignments of text, numbers and environment variables are
/// understood, also in files that it includes by a plain name; the last one to a variable wins, and a needed value that is computed
/// is an error that names its line. Defaults are those of Dolibarr's filefunc.inc.php.
/// </summary>
public static partial class DolibarrConfReader
{
    /// <summary>The limit of the file, in bytes: 1 MiB. The example that Dolibarr comes with has 20 KiB.</summary>
    public const int MaxBytes = 1 << 20;

    /// <summary>Reads a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="needsAccount">Whether the database account in it is needed; without, a password that cannot be read is none.</param>
    /// <param name="isOneOfSeveral">
    /// Whether this process reads the files of other Dolibarrs too. A file that others than root and this process's user can write then
    /// gets nothing of theirs: no environment variable, and by <c>include</c> only files of the same user, or that everybody can read.
    /// </param>
    /// <exception cref="DolibarrConfException">The file cannot be read, or not understood.</exception>
    public static DolibarrConf Read(string path, bool needsAccount = true, bool isOneOfSeveral = false)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        var file = ConfFile.Read(path);
        RequireSize(file.Content, path);
        var program = new PhpProgram(Environment.GetEnvironmentVariable, isOneOfSeveral);
        program.Read(file, path);
        return Make(program, path, needsAccount);
    }

    /// <summary>Reads the content of a file.</summary>
    /// <param name="php">The content.</param>
    /// <param name="path">The file's path, for messages, relative includes and <see cref="DolibarrConf.Path"/>.</param>
    /// <param name="needsAccount">As for <see cref="Read"/>.</param>
    /// <param name="environment">Looks up an environment variable; this process's own by default.</param>
    /// <exception cref="DolibarrConfException">The content cannot be understood, or lacks what the bridge needs.</exception>
    public static DolibarrConf Parse(
        ReadOnlySpan<byte> php,
        string path,
        bool needsAccount = true,
        Func<string, string?>? environment = null
    )
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        RequireSize(php, path);
        var program = new PhpProgram(environment ?? Environment.GetEnvironmentVariable);
        program.Read(php, path);
        return Make(program, path, needsAccount);
    }

    private static void RequireSize(ReadOnlySpan<byte> php, string path)
    {
        if (php.Length > MaxBytes)
        {
            throw new DolibarrConfException(
                path,
                null,
                null,
                $"The file has more than {MaxBytes} bytes, which no conf.php has. Give the path of Dolibarr's conf.php."
            );
        }
    }

    private static DolibarrConf Make(PhpProgram program, string path, bool needsAccount)
    {
        var variables = new ConfVariables(program, path);
        var keys = new InstanceKeys(
            variables.Bytes("dolibarr_main_dolcrypt_key"),
            variables.Bytes("dolibarr_main_instance_unique_id"),
            variables.Bytes("dolibarr_main_cookie_cryptkey")
        );
        var (host, port) = ReadDbHost(variables);
        return new()
        {
            Path = path,
            DbType = ReadDbType(variables),
            DbHost = host,
            DbPort = port,
            DbName = variables.Required("dolibarr_main_db_name"),
            DbUser = needsAccount ? variables.Required("dolibarr_main_db_user") : variables.Optional("dolibarr_main_db_user") ?? "",
            DbPassword = needsAccount ? ReadDbPassword(variables, keys) : "",
            DbPrefix = ReadDbPrefix(variables),
            DbCharacterSet = variables.Optional("dolibarr_main_db_character_set"),
            UrlRoot = variables.Text("dolibarr_main_url_root").Trim().TrimEnd('/'),
            MainDocumentRoot = variables.Optional("dolibarr_main_document_root"),
            Authentication = variables.Optional("dolibarr_main_authentication"),
            Keys = keys,
            IsOfOperator = program.IsOfOperator,
        };
    }

    // Empty in very old installs; "mysql" is the driver's former name.
    private static string ReadDbType(ConfVariables variables)
    {
        const string Name = "dolibarr_main_db_type";
        return variables.Text(Name) switch
        {
            "" or "0" or "mysql" or "mysqli" => "mysqli",
            "pgsql" => "pgsql",
            _ => throw variables.Error(
                Name,
                "names a database driver that the bridge does not know. It needs mysqli, for MariaDB or MySQL, or pgsql, for PostgreSQL."
            ),
        };
    }

    // PHP's mysqli takes "p:" before the host for a persistent connection, and a port or a socket's path after it.
    private static (string Host, int Port) ReadDbHost(ConfVariables variables)
    {
        const string Name = "dolibarr_main_db_host";
        var port = ReadDbPort(variables);
        var host = variables.Required(Name);
        host = host.StartsWith("p:", StringComparison.OrdinalIgnoreCase) ? host[2..] : host;
        var match = HostAndPort().Match(host);
        if (!match.Success)
        {
            return (host, port);
        }

        if (match.Groups["socket"].Success)
        {
            return (match.Groups["socket"].Value, port);
        }

        return ushort.TryParse(match.Groups["port"].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out var own)
            ? (match.Groups["host"].Value, own)
            : throw variables.Error(Name, "has no port number from 1 to 65535 after the colon.");
    }

    private static int ReadDbPort(ConfVariables variables)
    {
        const string Name = "dolibarr_main_db_port";
        var text = variables.Text(Name).Trim();
        return text.Length == 0 ? 0
            : ushort.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port) ? port
            : throw variables.Error(Name, "is not a port number from 1 to 65535, nor empty for the default.");
    }

    private static string ReadDbPrefix(ConfVariables variables)
    {
        const string Name = "dolibarr_main_db_prefix";
        var prefix = variables.Text(Name);
        return prefix is "" or "0" ? "llx_"
            : ValidPrefix().IsMatch(prefix) ? prefix
            : throw variables.Error(Name, "has other characters than ASCII letters, digits and underscores.");
    }

    // As filefunc.inc.php decides: a marker anywhere in the password counts, in any case. The variable with
    // "encrypted" in its name is that of very old installs.
    private static string ReadDbPassword(ConfVariables variables, InstanceKeys keys)
    {
        const string Name = "dolibarr_main_db_pass";
        const string OldName = "dolibarr_main_db_encrypted_pass";
        var password = variables.Text(Name);
        if (password.Contains(DolEncoded.Prefix, StringComparison.OrdinalIgnoreCase))
        {
            return Decode(Name, password.Replace(DolEncoded.Prefix, "", StringComparison.OrdinalIgnoreCase));
        }

        if (DolCrypt.IsEncrypted(password))
        {
            return Decrypt(Name, password);
        }

        return variables.Text(OldName) is { Length: > 0 } old ? Decode(OldName, old) : password;

        string Decode(string name, string encoded)
        {
            try
            {
                return variables.Utf8(name, DolEncoded.Decode(encoded));
            }
            catch (FormatException exception)
            {
                throw variables.Error(
                    name,
                    "is marked as encoded but is damaged. Write the password there in the clear, or encoded by Dolibarr anew.",
                    exception
                );
            }
        }

        string Decrypt(string name, string encrypted)
        {
            const string Advice = "Write the password there in the clear, or encrypted by Dolibarr anew.";
            try
            {
                return PlainText.TryDecrypt(encrypted, keys)
                    ?? throw variables.Error(name, $"does not decrypt with the key in this file. {Advice}");
            }
            catch (DolCryptException exception)
            {
                throw variables.Error(name, $"cannot be decrypted. {exception.Message} {Advice}", exception);
            }
        }
    }

    [GeneratedRegex(@"^[A-Za-z0-9_]+\z", RegexOptions.CultureInvariant)]
    private static partial Regex ValidPrefix();

    // One colon only: an IPv6 address without brackets has no port.
    [GeneratedRegex(
        @"^(?<host>(?:ssl://)?(?:\[[0-9A-Fa-f:.]+\]|[^:/\[\]]+)):(?:(?<port>\d+)|(?<socket>/[^/].*))\z",
        RegexOptions.IgnoreCase
    )]
    private static partial Regex HostAndPort();
}
