// SPDX-License-Identifier: GPL-3.0-or-later

namespace DolibarrOAuthBridge.Dolibarr.Database;

/// <summary>What a database server refused, the same for every kind of server.</summary>
public enum StoreCause
{
    /// <summary>Anything that needs no name of its own.</summary>
    Other,

    /// <summary>A table is not there.</summary>
    MissingTable,

    /// <summary>A column is not there.</summary>
    MissingColumn,

    /// <summary>A table or column that was to be made is there already.</summary>
    AlreadyThere,

    /// <summary>A row with the same key is there already.</summary>
    DuplicateKey,

    /// <summary>The account lacks a privilege.</summary>
    MissingPrivilege,

    /// <summary>The server or the transaction takes no writes.</summary>
    ReadOnly,
}
