// SPDX-License-Identifier: GPL-3.0-or-later

using Npgsql;

namespace DolibarrOAuthBridge.Dolibarr.Database;

/// <summary>What the errors of PostgreSQL mean to the bridge.</summary>
internal static class PostgreSqlErrors
{
    /// <summary>The failure in the bridge's own terms.</summary>
    public static StoreException ToStoreException(NpgsqlException exception) =>
        exception is PostgresException refused
            ? Refusal(refused)
            : new(StoreFailure.Unavailable, "The database does not answer.", exception);

    private static StoreException Refusal(PostgresException exception)
    {
        var (failure, message, cause) = exception.SqlState switch
        {
            PostgresErrorCodes.LockNotAvailable => (StoreFailure.Busy, "The row is locked by another connection.", StoreCause.Other),
            PostgresErrorCodes.DeadlockDetected or PostgresErrorCodes.SerializationFailure => (
                StoreFailure.Busy,
                "The database reported a conflict with another transaction.",
                StoreCause.Other
            ),
            PostgresErrorCodes.ReadOnlySqlTransaction => (StoreFailure.NotWritable, "The database is read-only.", StoreCause.ReadOnly),
            PostgresErrorCodes.InsufficientPrivilege => (
                StoreFailure.NotWritable,
                $"The database account lacks a privilege: {exception.MessageText}",
                StoreCause.MissingPrivilege
            ),
            PostgresErrorCodes.StringDataRightTruncation or PostgresErrorCodes.CheckViolation or PostgresErrorCodes.NotNullViolation => (
                StoreFailure.NotWritable,
                $"The database refuses a value: {exception.MessageText}.",
                StoreCause.Other
            ),
            PostgresErrorCodes.RaiseException => (
                StoreFailure.NotWritable,
                $"A trigger of the database refuses: {exception.MessageText}",
                StoreCause.Other
            ),
            PostgresErrorCodes.DiskFull => (StoreFailure.NotWritable, "The database has no space left.", StoreCause.Other),
            PostgresErrorCodes.InvalidPassword or PostgresErrorCodes.InvalidAuthorizationSpecification => (
                StoreFailure.Unavailable,
                SqlDialect.AccountRefused(exception.MessageText),
                StoreCause.Other
            ),
            PostgresErrorCodes.InvalidCatalogName => (
                StoreFailure.Unavailable,
                "The database named in conf.php does not exist.",
                StoreCause.Other
            ),
            PostgresErrorCodes.UndefinedTable => (StoreFailure.Other, Lacks(exception), StoreCause.MissingTable),
            PostgresErrorCodes.UndefinedColumn => (StoreFailure.Other, Lacks(exception), StoreCause.MissingColumn),
            // Of two processes that make a table, the later one may meet the catalogue's own unique index.
            PostgresErrorCodes.UniqueViolation when exception.SchemaName == "pg_catalog" => (
                StoreFailure.Other,
                Refuses(exception),
                StoreCause.AlreadyThere
            ),
            PostgresErrorCodes.UniqueViolation => (StoreFailure.Other, Refuses(exception), StoreCause.DuplicateKey),
            PostgresErrorCodes.DuplicateColumn => (StoreFailure.Other, Refuses(exception), StoreCause.AlreadyThere),
            _ when exception.IsTransient || exception.SqlState.StartsWith("57", StringComparison.Ordinal) => (
                StoreFailure.Unavailable, // class 57: the server is shut down or cancels the statement
                $"The database does not answer (error {exception.SqlState}).",
                StoreCause.Other
            ),
            _ => (StoreFailure.Other, Refuses(exception), StoreCause.Other),
        };
        return new StoreException(failure, message, exception, cause);
    }

    private static string Lacks(PostgresException exception) => $"The database lacks something the bridge needs: {exception.MessageText}";

    private static string Refuses(PostgresException exception) => $"The database refuses a statement (error {exception.SqlState}).";
}
