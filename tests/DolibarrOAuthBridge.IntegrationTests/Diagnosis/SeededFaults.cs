// SPDX-License-Identifier: GPL-3.0-or-later

namespace DolibarrOAuthBridge.IntegrationTests.Diagnosis;

/// <summary>
/// What happens to tables and rows behind the bridge's back. Each row: what the doctor must find, how grave, and the statements.
/// </summary>
public static class SeededFaults
{
    /// <summary>On every server.</summary>
    public static TheoryData<string, string, string> Cases =>
        new()
        {
            {
                "index_missing",
                "error",
                DropPrimaryKey("oauthbridge_schema") + "; INSERT INTO llx_oauthbridge_schema SELECT * FROM llx_oauthbridge_schema"
            },
            { "index_missing", "error", DropPrimaryKey("oauthbridge_v_status") },
            { "index_missing", "error", "ALTER TABLE llx_oauthbridge_binding DROP INDEX uk_oauthbridge_binding" },
            { "index_missing", "error", PlainIndex("oauthbridge_grant", "uk_oauthbridge_grant_service_entity", "service, entity") },
            { "index_missing", "error", PlainIndex("oauthbridge_condition", "uk_oauthbridge_condition", "kind, entity, entry, source") },
            { "column_narrow", "error", "ALTER TABLE llx_oauthbridge_grant MODIFY newest_token varchar(50)" },
            { "column_narrow", "error", "ALTER TABLE llx_oauthbridge_event MODIFY detail varchar(20)" },
            {
                "own_table_not_writable",
                "error",
                "CREATE TRIGGER refuse BEFORE INSERT ON llx_oauthbridge_event FOR EACH ROW SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'no'"
            },
            {
                "own_table_not_writable",
                "error",
                "CREATE TRIGGER refuse BEFORE INSERT ON llx_oauthbridge_grant FOR EACH ROW SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'no'"
            },
            {
                "token_not_writable",
                "error",
                "CREATE TRIGGER refuse BEFORE INSERT ON llx_oauth_token FOR EACH ROW SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'no more'"
            },
            {
                "token_not_writable",
                "error",
                "CREATE TRIGGER cut BEFORE INSERT ON llx_oauth_token FOR EACH ROW SET NEW.token = LEFT(NEW.token, 100)"
            },
            { "token_not_writable", "error", "ALTER TABLE llx_oauth_token ADD CONSTRAINT old CHECK (token NOT LIKE 'AAA%')" },
            {
                "time_in_future",
                "warning",
                "INSERT INTO llx_oauthbridge_grant (service, entity, refreshed_at) "
                    + "VALUES ('Google-Mail', 1, UTC_TIMESTAMP() + INTERVAL 1 YEAR) "
                    + "ON DUPLICATE KEY UPDATE refreshed_at = UTC_TIMESTAMP() + INTERVAL 1 YEAR"
            },
            {
                "grant_orphaned",
                "info",
                "INSERT INTO llx_oauthbridge_grant (service, entity) SELECT CONCAT('Google-Gone', seq), 1 FROM seq_1_to_1000"
            },
            { "duplicate_rows", "error", "INSERT INTO llx_oauth_token (service, token, entity) VALUES ('GOOGLE-MAIL', 'x', 1)" },
            { "token_unreadable", "error", "UPDATE llx_oauth_token SET token = 'dolcrypt:AES-256-CTR:0123456789abcdef:AAAA'" },
            { "token_unreadable", "error", "UPDATE llx_oauth_token SET token = 'O:8:\"stdClass\":0:{}'" },
        };

    /// <summary>What only MariaDB has.</summary>
    public static TheoryData<string, string, string> OfMariaDb =>
        new()
        {
            {
                "view_left",
                "warning",
                "DROP TABLE llx_oauthbridge_v_status; "
                    + "CREATE DEFINER = 'gone'@'elsewhere' VIEW llx_oauthbridge_v_status AS SELECT rowid FROM llx_oauth_token"
            },
            {
                "table_missing",
                "error",
                "DROP TABLE llx_oauthbridge_v_status; "
                    + "CREATE DEFINER = 'gone'@'elsewhere' VIEW llx_oauthbridge_v_status AS SELECT rowid FROM llx_oauth_token"
            },
            // The sidecar's own account has no right to this one.
            {
                "view_left",
                "warning",
                "CREATE DEFINER = 'gone'@'elsewhere' VIEW llx_oauthbridge_v_rows AS SELECT rowid FROM llx_oauth_token"
            },
            { "table_not_transactional", "warning", "ALTER TABLE llx_oauthbridge_grant ENGINE=MyISAM" },
            { "token_not_writable", "error", "ALTER TABLE llx_oauth_token MODIFY rowid integer NOT NULL" },
            { "own_table_not_writable", "error", "ALTER TABLE llx_oauthbridge_event MODIFY rowid bigint NOT NULL" },
            { "own_table_not_writable", "error", "ALTER TABLE llx_oauthbridge_grant MODIFY rowid integer NOT NULL" },
            { "column_narrow", "error", "DELETE FROM llx_oauth_token; ALTER TABLE llx_oauth_token MODIFY token varchar(255)" },
            {
                "row_without_entry",
                "warning",
                "INSERT INTO llx_oauth_token (service, token, entity) VALUES (NULL, 'x', 1), (NULL, NULL, NULL), ('', '', 99), "
                    + "('Google-Far', 'x', 99)"
            },
        };

    /// <summary>Replaces a unique index by a plain one of the same name.</summary>
    internal static string PlainIndex(string table, string index, string columns) =>
        Demo.Database.ScratchDatabase.IsPostgreSql
            ? $"ALTER TABLE llx_{table} DROP CONSTRAINT {index}; CREATE INDEX {index} ON llx_{table} ({columns})"
            : $"ALTER TABLE llx_{table} DROP INDEX {index}, ADD INDEX {index} ({columns})";

    // PostgreSQL gives the key a name.
    internal static string DropPrimaryKey(string table) =>
        Demo.Database.ScratchDatabase.IsPostgreSql
            ? $"ALTER TABLE llx_{table} DROP CONSTRAINT llx_{table}_pkey"
            : $"ALTER TABLE llx_{table} DROP PRIMARY KEY";
}
