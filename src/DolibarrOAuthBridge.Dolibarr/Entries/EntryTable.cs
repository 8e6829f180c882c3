// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Dolibarr.Database;
using DolibarrOAuthBridge.Dolibarr.Tokens;

namespace DolibarrOAuthBridge.Dolibarr.Entries;

/// <summary>
/// The OAuth entries and single constants in <c>llx_const</c>. Company N's value overrides that of entity 0, as in Dolibarr.
/// </summary>
public sealed class EntryTable
{
    private const string IdEnding = "_ID";
    private const string NamePrefix = "OAUTH_";

    // Where Dolibarr says which release it is. The second holds until the first upgrade.
    private const string LastUpgrade = "MAIN_VERSION_LAST_UPGRADE";
    private const string LastInstall = "MAIN_VERSION_LAST_INSTALL";

    // Settings of the bridge for all entries of a company, from the module's setup page.
    private const string LoginTenants = "OAUTHBRIDGE_LOGIN_TENANTS";
    private const string LoginDomains = "OAUTHBRIDGE_LOGIN_HOSTED_DOMAIN";

    private readonly DolibarrDatabase _database;
    private readonly TokenCodec _codec;
    private readonly Func<string, string?> _environment;
    private readonly Func<EntryName, string?> _certificate;

    /// <summary>Reads from the given database.</summary>
    /// <param name="database">Dolibarr's database.</param>
    /// <param name="codec">Decrypts the client secrets.</param>
    /// <param name="environment">Looks up an environment variable: Dolibarr lets <c>DOLIBARR_&lt;constant&gt;</c> override a
    /// constant that exists.</param>
    /// <param name="certificate">Looks up <see cref="OAuthEntry.ClientCertificate"/>; no entry has one by default.</param>
    public EntryTable(
        DolibarrDatabase database,
        TokenCodec codec,
        Func<string, string?>? environment = null,
        Func<EntryName, string?>? certificate = null
    )
    {
        _database = database;
        _codec = codec;
        _environment = environment ?? Environment.GetEnvironmentVariable;
        _certificate = certificate ?? (static _ => null);
    }

    /// <summary>Every entry of a company, ordered by name.</summary>
    /// <exception cref="StoreException">The database failed.</exception>
    public async Task<IReadOnlyList<OAuthEntry>> ListAsync(int entity, CancellationToken cancellationToken = default)
    {
        var constants = await ReadAsync(
                "(name LIKE 'OAUTH|_%' ESCAPE '|' OR name IN (@tenants, @domains))",
                [("entity", entity), ("tenants", LoginTenants), ("domains", LoginDomains)],
                cancellationToken
            )
            .ConfigureAwait(false);
        return
        [
            .. constants
                .Where(constant => constant.Value.Length > 0)
                .Select(constant => NameFromIdConstant(constant.Key))
                .OfType<EntryName>()
                .Select(name => Build(name, entity, constants))
                .OrderBy(entry => entry.Name.ToString(), StringComparer.OrdinalIgnoreCase),
        ];
    }

    /// <summary>The value of one constant, decrypted if it is dolcrypt'ed; null where there is none.</summary>
    /// <exception cref="StoreException">The database failed.</exception>
    /// <exception cref="SecretUnreadableException">The value does not decrypt.</exception>
    public async Task<string?> FindConstantAsync(string name, int entity, CancellationToken cancellationToken = default)
    {
        var constants = await ReadAsync("name = @name", [("name", name), ("entity", entity)], cancellationToken).ConfigureAwait(false);
        return constants.TryGetValue(name, out var value) ? _codec.DecryptText(value) : null;
    }

    /// <summary>The installed release of Dolibarr, such as <c>22.0.4</c>; null where the database does not say.</summary>
    /// <exception cref="StoreException">The database failed.</exception>
    public async Task<string?> FindReleaseAsync(CancellationToken cancellationToken = default) =>
        ReleaseIn(await ReadAsync("1 = 0", [("entity", 0)], cancellationToken).ConfigureAwait(false));

    /// <summary>The values of all constants whose name begins so. Encrypted ones are left as they are.</summary>
    /// <exception cref="StoreException">The database failed.</exception>
    public async Task<IReadOnlyDictionary<string, string>> ListConstantsAsync(
        string prefix,
        int entity,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentException.ThrowIfNullOrEmpty(prefix);
        var pattern = prefix.Replace("_", "|_", StringComparison.Ordinal) + "%";
        var constants = await ReadAsync("name LIKE @pattern ESCAPE '|'", [("pattern", pattern), ("entity", entity)], cancellationToken)
            .ConfigureAwait(false);
        return constants
            .Where(constant => constant.Key.StartsWith(prefix, StringComparison.OrdinalIgnoreCase))
            .ToDictionary(StringComparer.Ordinal);
    }

    private async Task<Dictionary<string, string>> ReadAsync(
        string condition,
        (string Name, object? Value)[] parameters,
        CancellationToken cancellationToken
    )
    {
        // Entity 0 first: the company's own value then replaces it. The release comes along, since it decides the key to write with.
        var sql = $"""
            SELECT name, value FROM {_database.Table("const")}
             WHERE ({condition} OR name IN ('{LastUpgrade}', '{LastInstall}')) AND entity IN (0, @entity) ORDER BY entity
            """;
        var rows = await _database
            .QueryAsync(sql, parameters, static row => (Name: row.Text("name"), Value: row.Text("value")), cancellationToken)
            .ConfigureAwait(false);
        var constants = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, value) in rows)
        {
            constants[name] = _environment("DOLIBARR_" + name) ?? value;
        }

        _codec.FollowRelease(ReleaseIn(constants));
        return constants;
    }

    private static string? ReleaseIn(Dictionary<string, string> constants) =>
        constants.GetValueOrDefault(LastUpgrade) is { Length: > 0 } upgraded ? upgraded : constants.GetValueOrDefault(LastInstall);

    private static EntryName? NameFromIdConstant(string constant) =>
        constant.StartsWith(NamePrefix, StringComparison.Ordinal)
        && constant.EndsWith(IdEnding, StringComparison.Ordinal)
        && constant.Length > NamePrefix.Length + IdEnding.Length
        && EntryName.TryParse(constant[NamePrefix.Length..^IdEnding.Length], out var name)
            ? name
            : null;

    private OAuthEntry Build(EntryName name, int entity, Dictionary<string, string> constants)
    {
        string Read(string ending) => constants.GetValueOrDefault(name.Constant(ending), string.Empty).Trim();
        string[] ReadList(string constant) =>
            constants
                .GetValueOrDefault(constant, string.Empty)
                .Split([',', ' '], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

        var (secret, problem) = DecryptSecret(Read("SECRET") is { Length: > 0 } value ? value : Read("SECRET_KEY"));
        return new OAuthEntry
        {
            Name = name,
            Entity = entity,
            ClientId = Read("ID"),
            ClientSecret = secret,
            ClientSecretProblem = problem,
            ClientCertificate = _certificate(name),
            Scopes = ReadList(name.Constant("SCOPE")),
            Tenant = Read("TENANT"),
            Url = Read("URL").TrimEnd('/'),
            UrlAuthorize = Read("URLAUTHORIZE"),
            UrlCallback = Read("URLCALLBACK"),
            LoginTenants = ReadList(LoginTenants),
            LoginDomains = ReadList(LoginDomains),
        };
    }

    private (string Secret, string? Problem) DecryptSecret(string value)
    {
        if (value.Length == 0)
        {
            return (string.Empty, null);
        }

        try
        {
            return (_codec.DecryptText(value), null);
        }
        catch (SecretUnreadableException exception)
        {
            return (string.Empty, exception.Message);
        }
    }
}
