// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Dolibarr.Database;
using DolibarrOAuthBridge.Dolibarr.Encryption;
using DolibarrOAuthBridge.Dolibarr.Tokens;

namespace DolibarrOAuthBridge.Dolibarr.Entries;

/// <summary>
/// The OAuth entries and single constants in <c>llx_const</c>. Company N's value overrides that of entity 0, as in Dolibarr.
/// </summary>
public sealed class EntryTable
{
    private const string IdEnding = "_ID";
    private const string NamePrefix = "OAUTH_";
    private const string Override = "DOLIBARR_";
    private const string AnyEntry = "(name LIKE 'OAUTH|_%' ESCAPE '|' OR name IN (@tenants, @domains))";

    // Where Dolibarr says which release it is. The second holds until the first upgrade.
    private const string LastUpgrade = "MAIN_VERSION_LAST_UPGRADE";
    private const string LastInstall = "MAIN_VERSION_LAST_INSTALL";

    // Settings of the bridge for all entries of a company, from the module's setup page.
    private const string LoginTenants = "OAUTHBRIDGE_LOGIN_TENANTS";
    private const string LoginDomains = "OAUTHBRIDGE_LOGIN_HOSTED_DOMAIN";

    private static readonly (string Name, object? Value)[] SharedConstants = [("tenants", LoginTenants), ("domains", LoginDomains)];

    private readonly DolibarrDatabase _database;
    private readonly TokenCodec _codec;
    private readonly Func<string, string?> _environment;
    private readonly EntrySupplements _supplements;

    /// <summary>Reads from the given database.</summary>
    /// <param name="database">Dolibarr's database.</param>
    /// <param name="codec">Decrypts the client secrets.</param>
    /// <param name="environment">Looks up an environment variable: Dolibarr lets <c>DOLIBARR_&lt;constant&gt;</c> override a
    /// constant that exists.</param>
    /// <param name="supplements">What Dolibarr does not say of its entries; nothing by default.</param>
    public EntryTable(
        DolibarrDatabase database,
        TokenCodec codec,
        Func<string, string?>? environment = null,
        EntrySupplements? supplements = null
    )
    {
        _database = database;
        _codec = codec;
        _environment = environment ?? Environment.GetEnvironmentVariable;
        _supplements = supplements ?? new EntrySupplements();
    }

    /// <summary>Every entry of a company, ordered by name.</summary>
    /// <exception cref="StoreException">The database failed.</exception>
    public async Task<IReadOnlyList<OAuthEntry>> ListAsync(int entity, CancellationToken cancellationToken = default)
    {
        var constants = await ReadAsync(AnyEntry, [("entity", entity), .. SharedConstants], cancellationToken).ConfigureAwait(false);
        return [.. Names(constants).Select(name => Build(name, entity, constants))];
    }

    /// <summary>Every entry of every company, in one statement; by company, then ordered by name.</summary>
    /// <param name="companies">Companies that have the entries of entity 0 even if they have no constant of their own.</param>
    /// <param name="cancellationToken">Cancels the statement.</param>
    /// <exception cref="StoreException">The database failed.</exception>
    public async Task<IReadOnlyList<OAuthEntry>> ListAllAsync(IEnumerable<int> companies, CancellationToken cancellationToken = default)
    {
        var sql = $"""
            SELECT entity, name, value FROM {await ConstantsAsync(cancellationToken).ConfigureAwait(false)}
             WHERE {AnyEntry} OR name IN ('{LastUpgrade}', '{LastInstall}')
            """;
        var rows = await _database
            .QueryAsync(
                sql,
                SharedConstants,
                static row => (Entity: row.Number("entity"), Name: row.Text("name"), Value: row.Text("value")),
                cancellationToken
            )
            .ConfigureAwait(false);
        var byCompany = rows.ToLookup(static row => row.Entity);
        _codec.FollowRelease(ReleaseIn(Overlay(byCompany[0].Select(static row => (row.Name, row.Value)))));
        return
        [
            .. companies
                .Concat(byCompany.Select(static company => company.Key))
                .Where(static entity => entity > 0)
                .Distinct()
                .Order()
                .SelectMany(entity =>
                {
                    var constants = Overlay(byCompany[0].Concat(byCompany[entity]).Select(static row => (row.Name, row.Value)));
                    return Names(constants).Select(name => Build(name, entity, constants));
                }),
        ];
    }

    /// <summary>One entry, without reading the others; null where there is none of exactly this name.</summary>
    /// <exception cref="StoreException">The database failed.</exception>
    public async Task<OAuthEntry?> FindAsync(EntryName name, int entity, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(name);
        var pattern = LikePattern.Literal($"{NamePrefix}{name}_");
        var constants = await ReadAsync(
                "(name LIKE @pattern ESCAPE '|' OR name IN (@tenants, @domains))",
                [("entity", entity), ("pattern", pattern + "%"), .. SharedConstants],
                cancellationToken
            )
            .ConfigureAwait(false);
        return Names(constants).FirstOrDefault(name.Equals) is { } found ? Build(found, entity, constants) : null;
    }

    /// <summary>Whether any entry of any company has this client id.</summary>
    /// <exception cref="StoreException">The database failed.</exception>
    public async Task<bool> HasClientAsync(string clientId, CancellationToken cancellationToken = default)
    {
        // Values that the environment overrides are not those in the table.
        var sql =
            $"SELECT name, value FROM {await ConstantsAsync(cancellationToken).ConfigureAwait(false)} "
            + "WHERE name LIKE 'OAUTH|_%|_ID' ESCAPE '|' AND (value = @clientId OR name IN @overridden)";
        string[] overridden =
        [
            .. Environment
                .GetEnvironmentVariables()
                .Keys.OfType<string>()
                .Where(static variable => variable.StartsWith(Override + NamePrefix, StringComparison.Ordinal))
                .Select(static variable => variable[Override.Length..]),
        ];
        var rows = await _database
            .QueryAsync(
                sql,
                [("clientId", clientId), ("overridden", overridden)],
                static row => (Name: row.Text("name"), Value: row.Text("value")),
                cancellationToken
            )
            .ConfigureAwait(false);
        return Overlay(rows).Any(constant => NameFromIdConstant(constant.Key) is not null && constant.Value.Trim() == clientId);
    }

    /// <summary>The value of one constant, decrypted if it is dolcrypt'ed; null where there is none.</summary>
    /// <exception cref="StoreException">The database failed.</exception>
    /// <exception cref="SecretUnreadableException">The value does not decrypt.</exception>
    public async Task<string?> FindConstantAsync(string name, int entity, CancellationToken cancellationToken = default)
    {
        var constants = await ReadAsync("name = @name", [("name", name), ("entity", entity)], cancellationToken).ConfigureAwait(false);
        return constants.TryGetValue(name, out var value) ? _codec.DecryptText(value) : null;
    }

    /// <summary>
    /// As <see cref="FindConstantAsync"/>, but refuses a value in the clear where this Dolibarr encrypts. One of the environment counts.
    /// </summary>
    /// <exception cref="StoreException">The database failed.</exception>
    /// <exception cref="SecretUnreadableException">The value does not decrypt, or is not encrypted.</exception>
    public async Task<string?> FindSecretConstantAsync(string name, int entity, CancellationToken cancellationToken = default)
    {
        var constants = await ReadAsync("name = @name", [("name", name), ("entity", entity)], cancellationToken).ConfigureAwait(false);
        return !constants.TryGetValue(name, out var value) ? null
            : value.Length == 0 || DolCrypt.IsEncrypted(value) || !_codec.CanEncrypt || _environment(Override + name) is not null
                ? _codec.DecryptText(value)
            : throw new SecretUnreadableException(
                $"{name} of entity {entity} stands in the clear, where Dolibarr would have encrypted it: somebody wrote it by SQL."
            );
    }

    /// <summary>The companies that have OAuth entries, settings of the bridge or tokens; the first one always.</summary>
    /// <exception cref="StoreException">The database failed.</exception>
    public async Task<IReadOnlyList<int>> ListEntitiesAsync(CancellationToken cancellationToken = default)
    {
        var sql = $"""
            SELECT entity FROM {await ConstantsAsync(cancellationToken).ConfigureAwait(false)}
             WHERE (name LIKE 'OAUTH%' OR name LIKE 'MAIN|_MAIL|_SMTPS|_OAUTH%' ESCAPE '|') AND entity > 0
             UNION SELECT entity FROM {await _database.SourceAsync("oauth_token", cancellationToken).ConfigureAwait(false)} WHERE entity > 0
             UNION SELECT 1 ORDER BY 1
            """;
        return await _database.QueryAsync(sql, [], static row => row.Number("entity"), cancellationToken).ConfigureAwait(false);
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
        var pattern = LikePattern.Literal(prefix) + "%";
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
            SELECT name, value FROM {await ConstantsAsync(cancellationToken).ConfigureAwait(false)}
             WHERE ({condition} OR name IN ('{LastUpgrade}', '{LastInstall}')) AND entity IN (0, @entity) ORDER BY entity
            """;
        var rows = await _database
            .QueryAsync(sql, parameters, static row => (Name: row.Text("name"), Value: row.Text("value")), cancellationToken)
            .ConfigureAwait(false);
        var constants = Overlay(rows);
        _codec.FollowRelease(ReleaseIn(constants));
        return constants;
    }

    private ValueTask<string> ConstantsAsync(CancellationToken cancellationToken) => _database.SourceAsync("const", cancellationToken);

    // The later value of a constant counts, and before all the one in the environment.
    private Dictionary<string, string> Overlay(IEnumerable<(string Name, string Value)> rows)
    {
        var constants = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, value) in rows)
        {
            constants[name] = _environment(Override + name) ?? value;
        }

        return constants;
    }

    private static IEnumerable<EntryName> Names(Dictionary<string, string> constants) =>
        constants
            .Where(static constant => constant.Value.Length > 0)
            .Select(static constant => NameFromIdConstant(constant.Key))
            .OfType<EntryName>()
            .OrderBy(static name => name.ToString(), StringComparer.OrdinalIgnoreCase);

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
            constants.GetValueOrDefault(constant, string.Empty).Split([',', ' '], StringSplitOptions.RemoveEmptyEntries);

        var stored = Read("SECRET") is { Length: > 0 } value ? value : Read("SECRET_KEY");
        var (secret, problem) = DecryptSecret(stored);
        return new OAuthEntry
        {
            Name = name,
            Entity = entity,
            ClientId = Read("ID"),
            ClientSecret = secret,
            ClientSecretOrigin = DolCrypt.OriginOf(stored),
            ClientSecretProblem = problem,
            ClientCertificate = _supplements.Certificate(name),
            IsPublicClient = _supplements.IsPublic(name),
            ServiceAccount = _supplements.ServiceAccount(name),
            IsAppOnly = _supplements.IsAppOnly(name),
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
        try
        {
            return (value.Length == 0 ? string.Empty : _codec.DecryptText(value), null);
        }
        catch (SecretUnreadableException exception)
        {
            return (string.Empty, exception.Message);
        }
    }
}
