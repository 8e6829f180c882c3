// SPDX-License-Identifier: GPL-3.0-or-later

using MySqlConnector;

namespace DolibarrOAuthBridge.Dolibarr.Database;

/// <summary>What the errors of MariaDB and MySQL mean to the bridge.</summary>
internal static class MySqlErrors
{
    // Numbers that the driver has no name for.
    private const MySqlErrorCode LockNoWait = (MySqlErrorCode)3572;
    private const MySqlErrorCode ReadOnlyMode = (MySqlErrorCode)1836;
    private const MySqlErrorCode AccessDeniedWithoutPassword = (MySqlErrorCode)1698;
    private const MySqlErrorCode WrongText = (MySqlErrorCode)1366;
    private const MySqlErrorCode Signal = (MySqlErrorCode)1644;
    private const MySqlErrorCode CheckFailed = (MySqlErrorCode)4025; // MariaDB
    private const MySqlErrorCode CheckViolated = (MySqlErrorCode)3819; // MySQL
    private const MySqlErrorCode NoDefault = (MySqlErrorCode)1364;
    private const MySqlErrorCode ViewCheckFailed = (MySqlErrorCode)1369;
    private const MySqlErrorCode NoDefaultInView = (MySqlErrorCode)1423;
    private const MySqlErrorCode ConnectionKilled = (MySqlErrorCode)1927; // MariaDB

    /// <summary>The failure in the bridge's own terms.</summary>
    public static StoreException ToStoreException(MySqlException exception) =>
        new(FailureOf(exception), MessageOf(exception), exception, CauseOf(exception));

    private static StoreFailure FailureOf(MySqlException exception) =>
        CauseOf(exception) is StoreCause.ReadOnly or StoreCause.MissingPrivilege
            ? StoreFailure.NotWritable
            : exception.ErrorCode switch
            {
                // Galera reports a conflict at commit as a deadlock.
                MySqlErrorCode.LockWaitTimeout or MySqlErrorCode.LockDeadlock or LockNoWait => StoreFailure.Busy,
                MySqlErrorCode.RecordFileFull or MySqlErrorCode.DiskFull or MySqlErrorCode.ErrorOnWrite or MySqlErrorCode.GetErrorNumber =>
                    StoreFailure.NotWritable,
                // Nothing works until a person corrects it.
                MySqlErrorCode.AccessDenied or MySqlErrorCode.UnknownDatabase or AccessDeniedWithoutPassword => StoreFailure.Unavailable,
                MySqlErrorCode.ConnectionCountError
                or MySqlErrorCode.TooManyUserConnections
                or MySqlErrorCode.UserLimitReached
                or MySqlErrorCode.ServerShutdown
                or MySqlErrorCode.UnknownCommand // Galera: the node is not part of the primary component
                or MySqlErrorCode.QueryInterrupted
                or ConnectionKilled
                or MySqlErrorCode.UnableToConnectToHost
                or MySqlErrorCode.CommandTimeoutExpired => StoreFailure.Unavailable,
                MySqlErrorCode.NoSuchTable or MySqlErrorCode.BadFieldError => StoreFailure.Other,
                // A trigger or a constraint refuses, a column is too narrow, or rows are not numbered any more.
                Signal or MySqlErrorCode.DataTooLong or CheckFailed or CheckViolated or NoDefault or NoDefaultInView or ViewCheckFailed =>
                    StoreFailure.NotWritable,
                _ => IsLostConnection((int)exception.ErrorCode) || exception.IsTransient || exception.InnerException is not null
                    ? StoreFailure.Unavailable
                    : StoreFailure.Other,
            };

    private static StoreCause CauseOf(MySqlException exception) =>
        exception.ErrorCode switch
        {
            MySqlErrorCode.NoSuchTable => StoreCause.MissingTable,
            MySqlErrorCode.BadFieldError => StoreCause.MissingColumn,
            MySqlErrorCode.DuplicateFieldName => StoreCause.AlreadyThere,
            MySqlErrorCode.DuplicateKeyEntry => StoreCause.DuplicateKey,
            MySqlErrorCode.TableAccessDenied
            or MySqlErrorCode.ColumnAccessDenied
            or MySqlErrorCode.DatabaseAccessDenied
            or MySqlErrorCode.SpecifiedAccessDeniedError
            or MySqlErrorCode.PrecedureAccessDenied => StoreCause.MissingPrivilege,
            MySqlErrorCode.OptionPreventsStatement or MySqlErrorCode.CannotExecuteInReadOnlyTransaction or ReadOnlyMode =>
                StoreCause.ReadOnly,
            _ => StoreCause.Other,
        };

    // Errors of MySQL's C client, which a proxy passes on.
    private static bool IsLostConnection(int number) => number is 2002 or 2003 or 2006 or 2013 or 2055;

    private static string NoAnswer(MySqlException exception) =>
        exception.ErrorCode switch
        {
            MySqlErrorCode.UnableToConnectToHost => exception.GetBaseException() is System.Net.Sockets.SocketException socket
                ? $"The database server that conf.php names cannot be reached: {Reason(socket)}; see dolibarr_main_db_host and "
                    + "dolibarr_main_db_port, and whether the server runs"
                : "The database server that conf.php names cannot be reached: see dolibarr_main_db_host and dolibarr_main_db_port, and "
                    + "whether the server runs",
            MySqlErrorCode.ConnectionCountError => "The database server has no free connection: its max_connections is reached",
            MySqlErrorCode.TooManyUserConnections or MySqlErrorCode.UserLimitReached =>
                "The database account has no free connection: its limit is reached",
            MySqlErrorCode.ServerShutdown => "The database server is shutting down",
            MySqlErrorCode.UnknownCommand => "The database node takes no statements: it is not part of its cluster",
            MySqlErrorCode.CommandTimeoutExpired => "The database did not answer in time",
            MySqlErrorCode.QueryInterrupted or ConnectionKilled => "The database ended the statement or the connection",
            _ => IsLostConnection(exception.Number) ? "The connection to the database broke" : "The database does not answer",
        };

    private static string Reason(System.Net.Sockets.SocketException exception) =>
        exception.SocketErrorCode switch
        {
            System.Net.Sockets.SocketError.HostNotFound
            or System.Net.Sockets.SocketError.NoData
            or System.Net.Sockets.SocketError.TryAgain => "its name does not resolve",
            System.Net.Sockets.SocketError.ConnectionRefused => "it refuses the connection",
            System.Net.Sockets.SocketError.AddressNotAvailable => "there is no such socket",
            _ => $"{exception.SocketErrorCode}",
        };

    private static string MessageOf(MySqlException exception) =>
        CauseOf(exception) switch
        {
            StoreCause.ReadOnly => "The database is read-only.",
            StoreCause.MissingPrivilege => $"The database account lacks a privilege: {exception.Message}",
            StoreCause.MissingTable or StoreCause.MissingColumn => $"The database lacks something the bridge needs: {exception.Message}",
            _ => exception.ErrorCode switch
            {
                MySqlErrorCode.LockWaitTimeout or LockNoWait => "The row is locked by another connection.",
                MySqlErrorCode.LockDeadlock => "The database reported a conflict with another transaction.",
                MySqlErrorCode.RecordFileFull or MySqlErrorCode.DiskFull or MySqlErrorCode.ErrorOnWrite or MySqlErrorCode.GetErrorNumber =>
                    "The database has no space left.",
                // The server names the account, and no secret.
                MySqlErrorCode.AccessDenied or AccessDeniedWithoutPassword => SqlDialect.AccountRefused(exception.Message),
                MySqlErrorCode.UnknownDatabase => "The database named in conf.php does not exist.",
                Signal => $"A trigger of the database refuses: {exception.Message}",
                ViewCheckFailed =>
                    $"The account's view refuses the row: it belongs to no OAuth entry in Dolibarr's settings ({exception.Message})",
                MySqlErrorCode.DataTooLong or CheckFailed or CheckViolated or NoDefault or NoDefaultInView =>
                    $"The database refuses a value: {exception.Message}.",
                // A duplicate and a wrong value are quoted by the server, and may be secret.
                MySqlErrorCode.DuplicateKeyEntry or MySqlErrorCode.TruncatedWrongValue or WrongText =>
                    $"The database refuses a value (error {exception.Number}).",
                _ => FailureOf(exception) == StoreFailure.Other
                    ? $"The database refuses a statement (error {exception.Number}): {exception.Message}"
                    : $"{NoAnswer(exception)} (error {exception.Number}).",
            },
        };
}
