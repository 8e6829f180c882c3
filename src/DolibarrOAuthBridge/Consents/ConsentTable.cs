// SPDX-License-Identifier: GPL-3.0-or-later

using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using DolibarrOAuthBridge.Dolibarr.Database;
using DolibarrOAuthBridge.Grants;
using DolibarrOAuthBridge.Metrics;
using DolibarrOAuthBridge.Storage;

namespace DolibarrOAuthBridge.Consents;

/// <summary>
/// The bridge's <c>oauthbridge_consent</c>: consents (flows <c>code</c>, <c>device</c>) under way, so that a restart or a second
/// sidecar does not break them, and the sign-ins (flow <c>login</c>) that were answered, so that each is answered once.
/// <para>
/// A flow adds a row with whatever it must remember, finds it again by its state or consent id, takes it
/// (<see cref="TryRedeemAsync"/>: exactly one caller wins) and in the end moves it to granted or denied.
/// What must be checked before (session binding, issuer) is checked before the row is taken, so that a wrong caller spoils nothing.
/// </para>
/// </summary>
internal sealed class ConsentTable(DolibarrDatabase database, BridgeSchema schema, BridgeSeal seal, TimeProvider time)
{
    private const string Columns = "consent_id, flow, service, entity, status, detail, expires_at, data";
    private const int LongestDetail = 255;
    private const string Purpose = "consent";

    private static readonly TimeSpan RememberedFor = TimeSpan.FromHours(1);

    private string Table => database.Table("oauthbridge_consent");

    /// <summary>Remembers a consent as pending, forgets those long over, and keeps to <see cref="ConsentLimits"/>.</summary>
    /// <param name="request">What it is about.</param>
    /// <param name="data">What the flow needs when the answer comes; stored encrypted.</param>
    /// <param name="type">How the data is written: the flow's source-generated JSON type.</param>
    /// <param name="cancellationToken">Cancels the statements.</param>
    /// <returns>The row; its <see cref="ConsentRow.ConsentId"/> is new.</returns>
    /// <exception cref="StoreException">The database failed.</exception>
    public async Task<ConsentRow> AddAsync<T>(
        ConsentRequest request,
        T data,
        JsonTypeInfo<T> type,
        CancellationToken cancellationToken = default
    )
    {
        var now = time.GetUtcNow().UtcDateTime;
        var row = await InsertAsync(
            request,
            ConsentStatus.Pending,
            id => Seal(Context(id, request.Flow, request.Key), JsonSerializer.Serialize(data, type)),
            cancellationToken
        );
        await PurgeAsync(now, cancellationToken);
        await EvictAsync("flow = @flow AND service = @service AND entity = @entity", row, ConsentLimits.PerEntry, cancellationToken);
        await EvictAsync("flow = @flow", row, ConsentLimits.Overall, cancellationToken);
        return row;
    }

    /// <summary>Takes a state whose data lives with the caller. It is never pushed out before its time is over.</summary>
    /// <returns>The row, redeeming; null if the state was taken before. Of any number of callers only one gets it.</returns>
    /// <exception cref="StoreException">The database failed.</exception>
    public async Task<ConsentRow?> TryTakeAsync(ConsentRequest request, CancellationToken cancellationToken = default)
    {
        var mine = await InsertAsync(request, ConsentStatus.Redeeming, static _ => string.Empty, cancellationToken);
        await PurgeAsync(time.GetUtcNow().UtcDateTime, cancellationToken);
        return await FindByStateAsync(request.State!, request.Flow, cancellationToken) is { } row && row.ConsentId == mine.ConsentId
            ? row
            : null;
    }

    /// <summary>The consent that a <c>state</c> parameter belongs to; null if there is none (any more), or of another flow.</summary>
    /// <exception cref="StoreException">The database failed.</exception>
    public Task<ConsentRow?> FindByStateAsync(string state, string flow, CancellationToken cancellationToken = default) =>
        FindAsync("state_hash = @stateHash AND flow = @flow", [("stateHash", SecretHash.Of(state)), ("flow", flow)], cancellationToken);

    /// <summary>The consent of the given id; null if there is none (any more).</summary>
    /// <exception cref="StoreException">The database failed.</exception>
    public Task<ConsentRow?> FindAsync(string consentId, CancellationToken cancellationToken = default) =>
        FindAsync("consent_id = @consentId", [("consentId", consentId)], cancellationToken);

    /// <summary>What the flow stored with a row.</summary>
    /// <returns>Default where it cannot be read, as after a change of the key in conf.php: the person must start again.</returns>
    public T? Open<T>(ConsentRow row, JsonTypeInfo<T> type)
    {
        try
        {
            // Release 0.1.0 bound the data to the consent id alone.
            var json = seal.IsShared
                ? seal.Open(Purpose, Context(row.ConsentId, row.Flow, row.Key), row.Data) ?? seal.Open(Purpose, row.ConsentId, row.Data)
                : row.Data;
            return json is null ? default : JsonSerializer.Deserialize(json, type);
        }
        catch (JsonException)
        {
            return default;
        }
    }

    /// <summary>Moves a consent on, if it stands where the caller believes and, when it is still pending, its time is not over.</summary>
    /// <param name="row">The consent.</param>
    /// <param name="from">The status it must have; one of <see cref="ConsentStatus"/>.</param>
    /// <param name="to">The status it gets.</param>
    /// <param name="detail">Why, or the flow's own note; null leaves what is there. Never a secret.</param>
    /// <param name="cancellationToken">Cancels the statement.</param>
    /// <returns>Whether this caller moved it. Of any number of callers in any number of processes only one ever does.</returns>
    /// <exception cref="StoreException">The database failed.</exception>
    public async Task<bool> TryMoveAsync(
        ConsentRow row,
        string from,
        string to,
        string? detail = null,
        CancellationToken cancellationToken = default
    )
    {
        var sql = $"""
            UPDATE {Table} SET status = @to, detail = COALESCE(@detail, detail)
             WHERE consent_id = @consentId AND status = @from AND (@from <> '{ConsentStatus.Pending}' OR expires_at > @now)
            """;
        (string, object?)[] parameters =
        [
            ("consentId", row.ConsentId),
            ("from", from),
            ("to", to),
            ("detail", detail?.Length > LongestDetail ? detail[..LongestDetail] : detail),
            ("now", time.GetUtcNow().UtcDateTime),
        ];
        var moved = await ExecuteAsync(sql, parameters, cancellationToken) == 1;
        if (moved && to is (ConsentStatus.Granted or ConsentStatus.Denied))
        {
            BridgeMeter.ConsentEnded(row.Flow, to);
        }

        return moved;
    }

    /// <summary>Takes a pending consent: it is redeeming from then on, and its answer is this caller's to bring to the provider.</summary>
    /// <param name="row">The consent.</param>
    /// <param name="mark">What tells this caller from all others. It stands in the row, and a caller who asks again with it is told yes:
    /// the answer of a statement that was carried out may be lost.</param>
    /// <param name="cancellationToken">Cancels the statements.</param>
    /// <returns>Whether it is this caller's. Of any number of marks only one ever is.</returns>
    /// <exception cref="StoreException">The database failed; asking again with the same mark tells.</exception>
    public async Task<bool> TryRedeemAsync(ConsentRow row, string mark, CancellationToken cancellationToken = default) =>
        await TryMoveAsync(row, ConsentStatus.Pending, ConsentStatus.Redeeming, mark, cancellationToken)
        || await FindAsync(row.ConsentId, cancellationToken) is { Status: ConsentStatus.Redeeming, Detail: var taken } && taken == mark;

    /// <summary>A mark for <see cref="TryRedeemAsync"/> that no other caller has.</summary>
    /// <param name="note">What it begins with, followed by a space. At most 200 characters.</param>
    public static string NewMark(string note) => $"{note} {RandomNumberGenerator.GetHexString(16, lowercase: true)}";

    /// <summary>
    /// Replaces what the flow stored with a pending row, such as the time of the next poll, if nobody else did since it was read.
    /// </summary>
    /// <returns>
    /// The row as it is now; null if another caller was quicker, or the consent is over. Of any number of callers only one ever
    /// wins.
    /// </returns>
    /// <exception cref="StoreException">The database failed.</exception>
    public async Task<ConsentRow?> TryUpdateAsync<T>(
        ConsentRow row,
        T data,
        JsonTypeInfo<T> type,
        CancellationToken cancellationToken = default
    )
    {
        var sealedData = Seal(Context(row.ConsentId, row.Flow, row.Key), JsonSerializer.Serialize(data, type));
        var sql = $"""
            UPDATE {Table} SET data = @sealedData
             WHERE consent_id = @consentId AND status = '{ConsentStatus.Pending}' AND expires_at > @now AND {database.Sql.IsExactly(
                "data",
                "@data"
            )}
            """;
        (string, object?)[] parameters =
        [
            ("consentId", row.ConsentId),
            ("data", row.Data),
            ("sealedData", sealedData),
            ("now", time.GetUtcNow().UtcDateTime),
        ];
        return await ExecuteAsync(sql, parameters, cancellationToken) == 1 ? row.With(sealedData) : null;
    }

    /// <summary>The consents of a flow that are pending, of every entry and company.</summary>
    /// <exception cref="StoreException">The database failed.</exception>
    public async Task<IReadOnlyList<ConsentRow>> ListPendingAsync(string flow, CancellationToken cancellationToken = default)
    {
        try
        {
            return await SelectAsync(
                $"flow = @flow AND status = '{ConsentStatus.Pending}' AND expires_at > @now",
                [("flow", flow), ("now", time.GetUtcNow().UtcDateTime)],
                cancellationToken
            );
        }
        catch (StoreException exception) when (exception.Cause is StoreCause.MissingTable or StoreCause.MissingPrivilege)
        {
            return []; // whoever only looks makes no tables
        }
    }

    // Of two rows with one state the first stays.
    private async Task<ConsentRow> InsertAsync(
        ConsentRequest request,
        string status,
        Func<string, string> data,
        CancellationToken cancellationToken
    )
    {
        await schema.EnsureAsync(cancellationToken);
        var now = time.GetUtcNow().UtcDateTime;
        var consentId = RandomNumberGenerator.GetHexString(32, lowercase: true);
        var row = new ConsentRow
        {
            ConsentId = consentId,
            Flow = request.Flow,
            Key = request.Key,
            Status = status,
            ExpiresAt = now + request.Lifetime,
            Data = data(consentId),
        };
        var sql = $"""
            INSERT INTO {Table} (consent_id, state_hash, flow, service, entity, status, data, created_at, expires_at)
            VALUES (@consentId, @stateHash, @flow, @service, @entity, @status, @data, @now, @expiresAt)
            {database.Sql.OnConflictIgnore("consent_id")}
            """;
        (string, object?)[] parameters =
        [
            ("consentId", row.ConsentId),
            ("stateHash", SecretHash.Of(request.State)),
            ("flow", row.Flow),
            ("service", row.Key.Service),
            ("entity", row.Key.Entity),
            ("status", row.Status),
            ("data", row.Data),
            ("now", now),
            ("expiresAt", row.ExpiresAt),
        ];
        await ExecuteAsync(sql, parameters, cancellationToken);
        return row;
    }

    // A finished consent is remembered for a while, so that whoever asks for it learns what became of it.
    private Task<int> PurgeAsync(DateTime now, CancellationToken cancellationToken) =>
        ExecuteAsync($"DELETE FROM {Table} WHERE expires_at < @before", [("before", now - RememberedFor)], cancellationToken);

    private Task<int> EvictAsync(string condition, ConsentRow added, int most, CancellationToken cancellationToken) =>
        ExecuteAsync(
            $"""
            DELETE FROM {Table} WHERE {condition} AND rowid <=
              (SELECT rowid FROM (SELECT rowid FROM {Table} WHERE {condition} ORDER BY rowid DESC LIMIT 1 OFFSET {most}) AS surplus)
            """,
            [("flow", added.Flow), ("service", added.Key.Service), ("entity", added.Key.Entity)],
            cancellationToken
        );

    private async Task<ConsentRow?> FindAsync(
        string condition,
        (string Name, object? Value)[] parameters,
        CancellationToken cancellationToken
    )
    {
        await schema.EnsureAsync(cancellationToken);
        return await SelectAsync(condition, parameters, cancellationToken) is [var row] ? row : null;
    }

    private Task<IReadOnlyList<ConsentRow>> SelectAsync(
        string condition,
        (string Name, object? Value)[] parameters,
        CancellationToken cancellationToken
    ) => database.QueryAsync($"SELECT {Columns} FROM {Table} WHERE {condition}", parameters, Read, cancellationToken);

    private ConsentRow Read(SqlRow row)
    {
        var (status, expiresAt) = (row.Text("status"), row.Time("expires_at"));
        var isOver = status is ConsentStatus.Pending or ConsentStatus.Redeeming && expiresAt <= time.GetUtcNow().UtcDateTime;
        return new ConsentRow
        {
            ConsentId = row.Text("consent_id"),
            Flow = row.Text("flow"),
            Key = new GrantKey(row.Text("service"), row.Number("entity")),
            Status = isOver ? ConsentStatus.Expired : status,
            Detail = row.TextOrNull("detail"),
            ExpiresAt = expiresAt,
            Data = row.Text("data"),
        };
    }

    private Task<int> ExecuteAsync(string sql, (string Name, object? Value)[] parameters, CancellationToken cancellationToken) =>
        database.ExecuteAsync(sql, parameters, cancellationToken);

    // An instance without a key keeps its tokens in the clear as well.
    private string Seal(string context, string json) => seal.IsShared ? seal.Seal(Purpose, context, json) : json;

    // Nobody turns a consent of one entry or company into one of another by SQL.
    private static string Context(string consentId, string flow, GrantKey key) =>
        string.Create(CultureInfo.InvariantCulture, $"{consentId}\n{flow}\n{key.Service}\n{key.Entity}");
}
