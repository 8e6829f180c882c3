// SPDX-License-Identifier: GPL-3.0-or-later

using System.Data.Common;
using System.Net.Sockets;
using MySqlConnector;
using Npgsql;

namespace DolibarrOAuthBridge.Dolibarr.Database;

/// <summary>A failure of Dolibarr's database, classified. The message is safe to show: it never holds a value from a row.</summary>
public sealed class StoreException : Exception
{
    /// <summary>Creates a failure of the given kind.</summary>
    public StoreException(StoreFailure failure, string message, Exception? innerException = null, StoreCause cause = StoreCause.Other)
        : base(message, innerException)
    {
        Failure = failure;
        Cause = cause;
    }

    /// <summary>What the caller can do about it.</summary>
    public StoreFailure Failure { get; }

    /// <summary>What the server refused, where that has a name.</summary>
    public StoreCause Cause { get; }

    /// <summary>Classifies what the driver threw.</summary>
    public static StoreException From(Exception exception) =>
        exception switch
        {
            StoreException known => known,
            NpgsqlException postgres => PostgreSqlErrors.ToStoreException(postgres),
            MySqlException mysql => MySqlErrors.ToStoreException(mysql),
            TimeoutException or SocketException or IOException or ObjectDisposedException or InvalidOperationException => new(
                StoreFailure.Unavailable,
                "The database does not answer.",
                exception
            ),
            _ => new(StoreFailure.Other, "The database call failed.", exception),
        };

    /// <summary>Whether the exception comes from the driver or the connection below it.</summary>
    public static bool IsFromStore(Exception exception) =>
        exception is StoreException or DbException or TimeoutException or SocketException or IOException;
}
