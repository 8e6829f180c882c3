// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Demo.Database;

namespace DolibarrOAuthBridge.IntegrationTests.Support;

/// <summary>What the sidecar's own account may do.</summary>
internal static class SidecarAccounts
{
    /// <summary>What it sees of the token table, for SQL: the view, on PostgreSQL the table.</summary>
    public static string TokensOfTheSidecar(this World world) =>
        ScratchDatabase.IsPostgreSql ? "llx_oauth_token" : $"`{world.Install.Database}_oauthbridge`.llx_oauth_token";

    /// <summary>
    /// Gives it Dolibarr's two tables, as sql/grants.sql did before there were views and policies: then it sees the rows of everybody.
    /// </summary>
    public static Task UseTablesAsync(this World world) =>
        world.ExecuteAsync(
            ScratchDatabase.IsPostgreSql
                ? $"""
                GRANT SELECT (name, value, entity) ON llx_const TO {world.SidecarUser};
                DROP POLICY {world.SidecarUser} ON llx_oauth_token
                """
                : $"""
                GRANT SELECT (name, value, entity) ON llx_const TO '{world.SidecarUser}'@'localhost';
                GRANT SELECT (rowid, service, token, tokenstring, state, fk_soc, fk_user, fk_adherent, datec, tms, entity),
                    INSERT (service, token, entity, datec, state), UPDATE (token, tokenstring, state), DELETE
                    ON llx_oauth_token TO '{world.SidecarUser}'@'localhost'
                """
        );
}
