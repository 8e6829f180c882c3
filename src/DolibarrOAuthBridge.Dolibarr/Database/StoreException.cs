// SPDX-License-Identifier: GPL-3.0-or-later

using System.Net.Sockets;
using MySqlConnector;

namespace DolibarrOAuthBridge.Dolibarr.Database;

/// <summary>A failure of Dolibarr's database, classified. The message is safe to show: it never holds a value from a row.</summary>
public sealed class StoreException : Exception
{
    /// <summary>Creates a failure of the given kind.</summary>
    public StoreException(StoreFailure failure, string message, Exception? innerException = null)
        : base(message, innerException) => Failure = failure;

    /// <summary>What the caller can do about it.</summary>
    public StoreFailure Failure { get; }

    /// <summary>Classifies what the driver threw. Numbers are those of MariaDB and MySQL.</summary>
    public static StoreException From(Exception exception) =>
        exception switch
        {
            StoreException known => known,
            MySqlException mysql => new(Classify(mysql), Explain(mysql), mysql),
            TimeoutException or SocketException or IOException or ObjectDisposedException or InvalidOperationException => new(
                StoreFailure.Unavailable,
                "The database does not answer.",
                exception
            ),
            _ => new(StoreFailure.Other, "The database call failed.", exception),
        };

    /// <summary>Whether the exception comes from the driver or the connection below it.</summary>
    public static bool IsFromStore(Exception exception) =>
        exception is StoreException or MySqlException or TimeoutException or SocketException or IOException;

    private static StoreFailure Classify(MySqlException exception) =>
        exception.Number switch
        {
            1205 or 1213 or 3572 => StoreFailure.Busy, // lock wait timeout, deadlock (Galera's commit conflict too), NOWAIT
            1290 or 1792 or 1836 => StoreFailure.NotWritable, // read_only, read-only transaction
            1142 or 1143 or 1044 or 1227 or 1370 => StoreFailure.NotWritable, // privilege missing
            1114 or 1021 or 1026 or 1030 => StoreFailure.NotWritable, // table or disk full
            1045 or 1049 or 1698 => StoreFailure.Unavailable, // access denied, unknown database: nothing works until fixed
            1040 or 1203 or 1226 or 1053 or 1047 or 1317 or 1927 or 2002 or 2003 or 2006 or 2013 or 2055 => StoreFailure.Unavailable,
            1146 or 1054 => StoreFailure.Other, // table or column missing
            _ => exception.ErrorCode is MySqlErrorCode.UnableToConnectToHost or MySqlErrorCode.CommandTimeoutExpired
            || exception.IsTransient
            || exception.InnerException is not null
                ? StoreFailure.Unavailable
                : StoreFailure.Other,
        };

    private static string Explain(MySqlException exception) =>
        exception.Number switch
        {
            1205 or 3572 => "The row is locked by another connection.",
            1213 => "The database reported a conflict with another transaction.",
            1290 or 1792 or 1836 => "The database is read-only.",
            1142 or 1143 or 1044 or 1227 or 1370 => $"The database account lacks a privilege: {exception.Message}",
            1114 or 1021 or 1026 or 1030 => "The database has no space left.",
            1045 or 1698 => "The database refuses the account in conf.php.",
            1049 => "The database named in conf.php does not exist.",
            1146 or 1054 => $"The database lacks something the bridge needs: {exception.Message}",
            _ => Classify(exception) == StoreFailure.Other
                ? $"The database refuses a statement (error {exception.Number})."
                : $"The database does not answer (error {exception.Number}).",
        };
}
