// SPDX-License-Identifier: GPL-3.0-or-later

namespace DolibarrOAuthBridge.Dolibarr.Database;

/// <summary>Why Dolibarr's database could not do what was asked, by what the caller can do about it.</summary>
public enum StoreFailure
{
    /// <summary>No connection, or it broke: try again later.</summary>
    Unavailable,

    /// <summary>A lock or a conflict: the same statement may work in a moment.</summary>
    Busy,

    /// <summary>The database is read-only, full, or the account lacks a privilege: a person must act.</summary>
    NotWritable,

    /// <summary>Anything else, such as a missing table.</summary>
    Other,
}
