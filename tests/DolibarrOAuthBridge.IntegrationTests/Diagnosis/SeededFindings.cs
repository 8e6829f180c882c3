// SPDX-License-Identifier: GPL-3.0-or-later

namespace DolibarrOAuthBridge.IntegrationTests.Diagnosis;

/// <summary>Each row: what the doctor must find, how grave, and what makes a healthy database so.</summary>
public static class SeededFindings
{
    private const string Mail =
        "INSERT INTO llx_const (name, value, entity) VALUES ('MAIN_MAIL_SENDMODE', 'smtps', 1), ('MAIN_MAIL_SMTPS_AUTH_TYPE', 'XOAUTH2', "
        + "1), ('MAIN_MAIL_SMTP_PORT', '465', 1), ('MAIN_MAIL_EMAIL_TLS', '1', 1), ('MAIN_MAIL_SMTPS_OAUTH_SERVICE', 'GOOGLE-Mail', "
        + "1);";
    private const string Ticket =
        Mail
        + "INSERT INTO llx_const (name, value, entity) VALUES ('MAIN_MAIL_SENDMODE_TICKET', 'swiftmailer', 1), "
        + "('MAIN_MAIL_SMTPS_AUTH_TYPE_TICKET', 'XOAUTH2', 1), ('MAIN_MAIL_SMTPS_OAUTH_SERVICE_TICKET', 'GOOGLE-Mail', 1);";
    private const string Microsoft =
        "INSERT INTO llx_const (name, value, entity) VALUES ('OAUTH_MICROSOFT-New_ID', 'id', 1), ('OAUTH_MICROSOFT-New_SCOPE', "
        + "'offline_access,https://outlook.office365.com/SMTP.Send', 1);";

    public static TheoryData<string, string, string> Cases =>
        new()
        {
            { "table_missing", "error", "DROP TABLE llx_oauthbridge_event" },
            { "table_missing", "error", "DROP TABLE llx_oauthbridge_v_status" },
            { "table_damaged", "error", "ALTER TABLE llx_oauthbridge_v_status DROP COLUMN looked_at" },
            {
                "index_missing",
                "error",
                SeededFaults.DropPrimaryKey("oauthbridge_v_status")
                    + "; ALTER TABLE llx_oauthbridge_v_status DROP INDEX idx_oauthbridge_v_status_service"
            },
            { "row_without_company", "warning", "INSERT INTO llx_oauth_token (service, token, entity) VALUES ('Google-Mail', 'x', NULL)" },
            { "row_without_company", "warning", "INSERT INTO llx_oauth_token (service, token, entity) VALUES ('Google-Mail', 'x', 0)" },
            {
                "paused",
                "warning",
                "INSERT INTO llx_oauthbridge_grant (service, entity, paused_at) VALUES ('Google-Mail', 1, UTC_TIMESTAMP()) "
                    + "ON DUPLICATE KEY UPDATE paused_at = UTC_TIMESTAMP()"
            },
            {
                "moved",
                "warning",
                "INSERT INTO llx_oauthbridge_grant (service, entity, paused_at, moved_id) VALUES ('Google-Mail', 1, UTC_TIMESTAMP(), 'e') "
                    + "ON DUPLICATE KEY UPDATE paused_at = UTC_TIMESTAMP(), moved_id = 'e'"
            },
            {
                "time_in_future",
                "warning",
                "INSERT INTO llx_oauthbridge_grant (service, entity, next_try_at) "
                    + "VALUES ('Google-Mail', 1, UTC_TIMESTAMP() + INTERVAL 1 YEAR) "
                    + "ON DUPLICATE KEY UPDATE next_try_at = UTC_TIMESTAMP() + INTERVAL 1 YEAR"
            },
            { "column_narrow", "error", "ALTER TABLE llx_oauth_token MODIFY service varchar(20)" },
            { "schema_outdated", "error", "UPDATE llx_oauthbridge_schema SET version = 1 WHERE name = 'oauthbridge_grant'" },
            { "schema_newer", "warning", "UPDATE llx_oauthbridge_schema SET version = 99 WHERE name = 'oauthbridge_grant'" },
            { "table_damaged", "error", "ALTER TABLE llx_oauthbridge_grant DROP COLUMN account" },
            { "index_missing", "error", "ALTER TABLE llx_oauthbridge_grant DROP INDEX uk_oauthbridge_grant_service_entity" },
            { "index_missing", "error", "ALTER TABLE llx_oauthbridge_event DROP INDEX idx_oauthbridge_event_at" },
            {
                "token_not_writable",
                "error",
                "CREATE TRIGGER cut BEFORE UPDATE ON llx_oauth_token FOR EACH ROW SET NEW.token = LEFT(NEW.token, 100)"
            },
            {
                "token_not_writable",
                "error",
                "CREATE TRIGGER refuse BEFORE UPDATE ON llx_oauth_token FOR EACH ROW SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'not today'"
            },
            { "column_narrow", "error", "ALTER TABLE llx_oauth_token MODIFY token varchar(4000)" },
            {
                "events_many",
                "info",
                "INSERT INTO llx_oauthbridge_event (at, service, kind) "
                    + "SELECT UTC_TIMESTAMP() - INTERVAL seq SECOND, 'Google-Mail', 'refreshed' FROM seq_1_to_200000"
            },
            { "grant_orphaned", "info", "INSERT INTO llx_oauthbridge_grant (service, entity) VALUES ('Google-Gone', 1)" },
            {
                "time_in_future",
                "warning",
                "INSERT INTO llx_oauthbridge_grant (service, entity, lease_until) "
                    + "VALUES ('Google-Mail', 1, UTC_TIMESTAMP() + INTERVAL 1 YEAR) "
                    + "ON DUPLICATE KEY UPDATE lease_until = UTC_TIMESTAMP() + INTERVAL 1 YEAR"
            },
            {
                "entry_in_two_entities",
                "warning",
                "INSERT INTO llx_const (name, value, entity) VALUES ('OAUTH_GOOGLE-Mail_ID', 'other', 0)"
            },
            { "table_not_transactional", "warning", "ALTER TABLE llx_oauth_token ENGINE=MyISAM" },
            { "token_table_missing", "error", "RENAME TABLE llx_oauth_token TO llx_other" },
            { "check_failed", "error", "RENAME TABLE llx_const TO llx_other" },
            {
                "value_unreadable",
                "error",
                "INSERT INTO llx_const (name, value, entity) VALUES ('SOME_SECRET', "
                    + "'dolcrypt:AES-256-CTR:0123456789abcdef:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA', 1)"
            },
            { "secret_in_clear", "warning", "UPDATE llx_const SET value = 'canary' WHERE name = 'OAUTH_GOOGLE-Mail_SECRET'" },
            { "api_key_missing", "error", "DELETE FROM llx_const WHERE name = 'OAUTHBRIDGE_API_KEY'" },
            { "client_secret_missing", "error", "DELETE FROM llx_const WHERE name = 'OAUTH_GOOGLE-Mail_SECRET'" },
            {
                "client_secret_unreadable",
                "error",
                "UPDATE llx_const SET value = 'dolcrypt:AES-256-CTR:short' WHERE name = 'OAUTH_GOOGLE-Mail_SECRET'"
            },
            { "tenant_missing", "error", Microsoft },
            {
                "tenant_lost",
                "error",
                Microsoft + "INSERT INTO llx_const (name, value, entity) VALUES ('OAUTH_MICROSOFT-Old_TENANT', 'contoso.example', 1)"
            },
            { "settings_orphaned", "info", "INSERT INTO llx_const (name, value, entity) VALUES ('OAUTH_GITHUB-Gone_SCOPE', 'user', 1)" },
            {
                "label_too_long",
                "error",
                "INSERT INTO llx_const (name, value, entity) VALUES ('OAUTH_MICROSOFT2-ALabelThatIsLongerThanTheColumn_ID', 'id', 1)"
            },
            { "label_ambiguous", "warning", "INSERT INTO llx_const (name, value, entity) VALUES ('OAUTH_GITHUB-two-words_ID', 'id', 1)" },
            {
                "redirect_uri_elsewhere",
                "warning",
                "INSERT INTO llx_const (name, value, entity) VALUES ('OAUTH_GOOGLE-Mail_URLCALLBACK', "
                    + "'https://old.example.com/callback.php', 1)"
            },
            {
                "scopes_mixed",
                "error",
                Microsoft
                    + "UPDATE llx_const SET value = CONCAT(value, ',https://graph.microsoft.com/Mail.Read') WHERE name = "
                    + "'OAUTH_MICROSOFT-New_SCOPE'"
            },
            { "smtp_scope_missing", "error", Mail + "UPDATE llx_const SET value = 'openid,email' WHERE name = 'OAUTH_GOOGLE-Mail_SCOPE'" },
            {
                "imap_scope_missing",
                "error",
                "INSERT INTO llx_emailcollector_emailcollector (ref, acces_type, oauth_service) VALUES ('in', 1, 'GOOGLE-Mail'); UPDATE "
                    + "llx_const SET value = 'openid,email' WHERE name = 'OAUTH_GOOGLE-Mail_SCOPE'"
            },
            {
                "duplicate_rows",
                "error",
                "INSERT INTO llx_oauth_token (service, token, entity) SELECT service, token, entity FROM llx_oauth_token"
            },
            { "token_unreadable", "error", "UPDATE llx_oauth_token SET token = LEFT(token, 100)" },
            {
                "row_name_cut",
                "error",
                "INSERT INTO llx_const (name, value, entity) VALUES ('OAUTH_MICROSOFT2-ALabelThatIsLongerThanTheColumn_ID', 'id', 1); "
                    + "INSERT INTO llx_oauth_token (service, token, entity) SELECT LEFT('Microsoft2-ALabelThatIsLongerThanTheColumn', "
                    + "36), token, 1 FROM llx_oauth_token"
            },
            { "row_name_padded", "warning", "UPDATE llx_oauth_token SET service = 'Google-Mail '" },
            {
                "row_without_entry",
                "warning",
                "INSERT INTO llx_oauth_token (service, token, entity) SELECT 'Google-Gone', token, 1 FROM llx_oauth_token"
            },
            {
                "rows_empty",
                "info",
                "INSERT INTO llx_oauth_token (service, token, entity) VALUES ('StripeLive', NULL, 1), ('StripeLive', '', 1)"
            },
            { "row_of_a_person", "warning", "UPDATE llx_oauth_token SET fk_user = 1" },
            {
                "client_secret_expired",
                "error",
                Failure("invalid_client", "AADSTS7000222: The provided client secret keys for app are expired.")
            },
            { "client_secret_wrong", "error", Failure("invalid_client", "AADSTS7000215: Invalid client secret provided.") },
            { "provider_rejects", "error", Failure("unauthorized_client", "nothing more") },
            { "provider_failing", "warning", Failure("http_503", "Service Unavailable") },
            { "testing_suspected", "warning", Failure("invalid_grant", "Token has been expired or revoked.") },
            {
                "refresh_token_ending",
                "warning",
                "INSERT INTO llx_oauthbridge_grant (service, entity, refresh_token_expires_at) VALUES ('Google-Mail', 1, UTC_TIMESTAMP() "
                    + "+ INTERVAL 1 DAY)"
            },
            {
                "stock_code_interferes",
                "info",
                "INSERT INTO llx_oauthbridge_event (at, entity, service, kind) VALUES (UTC_TIMESTAMP(), 1, 'Google-Mail', 'healed')"
            },
            { "smtp_entry_unset", "error", Mail + "UPDATE llx_const SET value = '-1' WHERE name = 'MAIN_MAIL_SMTPS_OAUTH_SERVICE'" },
            {
                "smtp_entry_unknown",
                "error",
                Ticket + "UPDATE llx_const SET value = 'GOOGLE-Old' WHERE name = 'MAIN_MAIL_SMTPS_OAUTH_SERVICE_TICKET'"
            },
            { "smtp_entry_without_token", "error", Mail + "DELETE FROM llx_oauth_token" },
            {
                "smtp_auth_type_ignored",
                "error",
                Ticket
                    + "UPDATE llx_const SET value = 'LOGIN' WHERE name = 'MAIN_MAIL_SMTPS_AUTH_TYPE'; UPDATE llx_const SET value "
                    + "= 'smtps' WHERE name = 'MAIN_MAIL_SENDMODE_TICKET'"
            },
            { "smtp_starttls_missing", "error", Mail + "UPDATE llx_const SET value = '587' WHERE name = 'MAIN_MAIL_SMTP_PORT'" },
            { "smtp_tls_missing", "error", Mail + "DELETE FROM llx_const WHERE name = 'MAIN_MAIL_EMAIL_TLS'" },
            { "collector_entry_unset", "error", "INSERT INTO llx_emailcollector_emailcollector (ref, acces_type) VALUES ('in', 1)" },
            {
                "collector_entry_unknown",
                "error",
                "INSERT INTO llx_emailcollector_emailcollector (ref, acces_type, oauth_service) VALUES ('in', 1, 'GOOGLE-Old')"
            },
            {
                "collector_entry_without_token",
                "error",
                "INSERT INTO llx_emailcollector_emailcollector (ref, acces_type, oauth_service) VALUES ('in', 1, 'GOOGLE-Mail'); DELETE "
                    + "FROM llx_oauth_token"
            },
            {
                "collector_basic_auth",
                "error",
                "INSERT INTO llx_emailcollector_emailcollector (ref, host) VALUES ('in', 'outlook.office365.com')"
            },
            {
                "stock_refresh_without_scope",
                "warning",
                Microsoft
                    + "UPDATE llx_const SET value = '21.0.1' WHERE name = 'MAIN_VERSION_LAST_INSTALL'; DELETE FROM llx_const "
                    + "WHERE name = 'MAIN_MODULE_OAUTHBRIDGE'"
            },
            { "oauth_module_disabled", "warning", "DELETE FROM llx_const WHERE name = 'MAIN_MODULE_OAUTH'" },
            { "stock_refresh_broken", "warning", "DELETE FROM llx_const WHERE name = 'MAIN_MODULE_OAUTHBRIDGE'" },
            {
                "module_disabled",
                "info",
                "DELETE FROM llx_const WHERE name = 'MAIN_MODULE_OAUTHBRIDGE'; UPDATE llx_const SET value = '24.0.1' WHERE name = "
                    + "'MAIN_VERSION_LAST_INSTALL'"
            },
            { "interception_off", "info", "INSERT INTO llx_const (name, value, entity) VALUES ('OAUTHBRIDGE_INTERCEPT_REFRESH', '0', 1)" },
        };

    private static string Failure(string error, string detail) =>
        $"""
            INSERT INTO llx_oauthbridge_grant (service, entity, granted_at, failure_count, last_error,
            last_error_detail, last_error_at, dead_hash)
            VALUES ('Google-Mail', 1, UTC_TIMESTAMP() - INTERVAL 170 HOUR, 3, '{error}', '{detail}', UTC_TIMESTAMP(), 'x')
            """;
}
