-- SPDX-License-Identifier: GPL-3.0-or-later
-- A database account for the sidecar alone. It sees the settings of OAuth and mail (no mail password) and the rows of known OAuth
-- entries in llx_oauth_token, and may change nothing else of Dolibarr's: no setting, no row of another owner, no table.
--
-- MariaDB grants by table and column, not by row, so the account has views instead of rights on the two tables. The views are in a
-- database of their own, so that no dump of Dolibarr's database has them: a dump with a view loads only where the view's owner is.
-- They run with the rights of their owner, an account that nobody can log in with.
--
-- Run this as a database administrator after the bridge's tables were made (dolibarr-oauth-bridge init), and again after an upgrade of
-- Dolibarr or of the bridge. Replace `dolibarr` by the database and `dolibarr_oauthbridge` by its name with _oauthbridge behind it, llx_
-- by the prefix of its tables, 'oauthbridge'@'localhost' and 'oauthbridge_views'@'localhost' and the password by your own, or let
-- "dolibarr-oauth-bridge init --sql" do it. Lines that end in "-- where ..." are for instances that have that table or column.
CREATE USER IF NOT EXISTS 'oauthbridge'@'localhost' IDENTIFIED BY 'CHANGE-ME';

-- The owner of the views, and what they may do for it.
CREATE USER IF NOT EXISTS 'oauthbridge_views'@'localhost' ACCOUNT LOCK;
GRANT SELECT (name, value, entity) ON `dolibarr`.`llx_const` TO 'oauthbridge_views'@'localhost';
GRANT SELECT (rowid, service, token, tokenstring, fk_soc, fk_user, fk_adherent, datec, tms, entity) ON `dolibarr`.`llx_oauth_token` TO 'oauthbridge_views'@'localhost';
GRANT INSERT (service, token, entity, datec), UPDATE (token, tokenstring), DELETE ON `dolibarr`.`llx_oauth_token` TO 'oauthbridge_views'@'localhost';
GRANT SELECT (state), INSERT (state), UPDATE (state) ON `dolibarr`.`llx_oauth_token` TO 'oauthbridge_views'@'localhost'; -- where llx_oauth_token.state (Dolibarr 17 and newer)
CREATE DATABASE IF NOT EXISTS `dolibarr_oauthbridge`;

-- Settings of the OAuth entries, the API key, the proxy, and how mail is sent. What a view hides has no value in it either, since a
-- server may evaluate the condition of a query before that of a view, and say in an error message what it saw.
CREATE OR REPLACE ALGORITHM = MERGE DEFINER = 'oauthbridge_views'@'localhost' SQL SECURITY DEFINER VIEW `dolibarr_oauthbridge`.`llx_const` AS
  SELECT name, entity,
    CASE WHEN name REGEXP '^(OAUTH(?!BRIDGE_(NOTICE_SMTP|OWN_ADDRESSES)_)|MAIN_VERSION_|MAIN_MODULE_OAUTH|MAIN_PROXY_|MAIN_IMAP_USE_PHPIMAP$|LOCAL_CONSTS_FILES$|MAIN_MAIL_(SENDMODE|SMTP_SERVER|SMTP_PORT|SMTPS_ID|SMTPS_AUTH_TYPE|SMTPS_OAUTH_SERVICE|EMAIL_TLS|EMAIL_STARTTLS|EMAIL_SMTP_ALLOW_SELF_SIGNED)(_|$))' THEN value END AS value
  FROM `dolibarr`.`llx_const`
  WHERE name REGEXP '^(OAUTH(?!BRIDGE_(NOTICE_SMTP|OWN_ADDRESSES)_)|MAIN_VERSION_|MAIN_MODULE_OAUTH|MAIN_PROXY_|MAIN_IMAP_USE_PHPIMAP$|LOCAL_CONSTS_FILES$|MAIN_MAIL_(SENDMODE|SMTP_SERVER|SMTP_PORT|SMTPS_ID|SMTPS_AUTH_TYPE|SMTPS_OAUTH_SERVICE|EMAIL_TLS|EMAIL_STARTTLS|EMAIL_SMTP_ALLOW_SELF_SIGNED)(_|$))';

-- The start of the IV of everything encrypted, and nothing of what is encrypted: a copy of it in the place of a client secret or of the
-- proxy's password is sent nowhere.
CREATE OR REPLACE DEFINER = 'oauthbridge_views'@'localhost' SQL SECURITY DEFINER VIEW `dolibarr_oauthbridge`.`llx_const_origin` AS
  WITH RECURSIVE part (n) AS (SELECT 3 UNION ALL SELECT n + 1 FROM part WHERE n < 32)
  SELECT s.name, LEFT(SUBSTRING_INDEX(REGEXP_SUBSTR(SUBSTRING_INDEX(SUBSTRING_INDEX(s.value, ':', p.n), ':', -2), '^AES-(128|192|256)-(CTR|CBC):[^:]{16}$'), ':', -1), 12) AS origin
  FROM `dolibarr`.`llx_const` AS s JOIN part AS p
  WHERE s.value LIKE '%dol%:AES-%:%:%' AND SUBSTRING_INDEX(SUBSTRING_INDEX(s.value, ':', p.n), ':', -2) REGEXP '^AES-(128|192|256)-(CTR|CBC):[^:]{16}$';
CREATE OR REPLACE DEFINER = 'oauthbridge_views'@'localhost' SQL SECURITY DEFINER VIEW `dolibarr_oauthbridge`.`llx_oauth_token_origin` AS
  WITH RECURSIVE part (n) AS (SELECT 3 UNION ALL SELECT n + 1 FROM part WHERE n < 32)
  SELECT LEFT(SUBSTRING_INDEX(REGEXP_SUBSTR(SUBSTRING_INDEX(SUBSTRING_INDEX(s.token, ':', p.n), ':', -2), '^AES-(128|192|256)-(CTR|CBC):[^:]{16}$'), ':', -1), 12) AS origin
  FROM `dolibarr`.`llx_oauth_token` AS s JOIN part AS p
  WHERE s.token LIKE '%dol%:AES-%:%:%' AND SUBSTRING_INDEX(SUBSTRING_INDEX(s.token, ':', p.n), ':', -2) REGEXP '^AES-(128|192|256)-(CTR|CBC):[^:]{16}$';

-- The tokens of the entries that are in llx_const. A new value goes into new_token, where nothing is read.
CREATE OR REPLACE ALGORITHM = MERGE DEFINER = 'oauthbridge_views'@'localhost' SQL SECURITY DEFINER VIEW `dolibarr_oauthbridge`.`llx_oauth_token` AS
  SELECT t.rowid, t.service, t.entity, t.fk_soc, t.fk_user, t.fk_adherent, t.datec, t.tms,
    CASE WHEN COALESCE(t.fk_soc, t.fk_user, t.fk_adherent) IS NULL AND t.service REGEXP '^(Google|Microsoft|Generic|GitHub|Stripe)' THEN t.state END AS state, t.state AS new_state, -- where llx_oauth_token.state (Dolibarr 17 and newer)
    CASE WHEN COALESCE(t.fk_soc, t.fk_user, t.fk_adherent) IS NULL AND t.service REGEXP '^(Google|Microsoft|Generic|GitHub|Stripe)' THEN t.tokenstring END AS tokenstring, t.tokenstring AS new_tokenstring,
    CASE WHEN COALESCE(t.fk_soc, t.fk_user, t.fk_adherent) IS NULL AND t.service REGEXP '^(Google|Microsoft|Generic|GitHub|Stripe)' THEN t.token END AS token, t.token AS new_token
  FROM `dolibarr`.`llx_oauth_token` AS t
  WHERE t.fk_soc IS NULL AND t.fk_user IS NULL AND t.fk_adherent IS NULL
    AND t.service REGEXP '^(Google|Microsoft|Microsoft2|Microsoft3|Microsoftapp|Generic|GitHub|StripeTest|StripeLive)(-|$)'
    AND (
      EXISTS (
        SELECT 1 FROM `dolibarr`.`llx_const` AS c WHERE c.entity IN (0, t.entity)
          AND c.name = CONVERT(CONCAT('OAUTH_', t.service, '_ID') USING utf8mb4) COLLATE utf8mb4_general_ci
      )
      OR t.service LIKE 'Stripe%' AND EXISTS (
        SELECT 1 FROM `dolibarr`.`llx_const` AS c WHERE c.entity IN (0, t.entity)
          AND c.name = CONVERT(CONCAT('OAUTH_STRIPE_', SUBSTRING(t.service, 7), '_ID') USING utf8mb4) COLLATE utf8mb4_general_ci
      )
    )
  WITH CASCADED CHECK OPTION;

-- New rows of the same entries.
CREATE OR REPLACE ALGORITHM = MERGE DEFINER = 'oauthbridge_views'@'localhost' SQL SECURITY DEFINER VIEW `dolibarr_oauthbridge`.`llx_oauth_token_new` AS
  SELECT
    t.state, -- where llx_oauth_token.state (Dolibarr 17 and newer)
    t.rowid, t.service, t.token, t.entity, t.datec
  FROM `dolibarr`.`llx_oauth_token` AS t
  WHERE t.fk_soc IS NULL AND t.fk_user IS NULL AND t.fk_adherent IS NULL
    AND t.service REGEXP '^(Google|Microsoft|Microsoft2|Microsoft3|Microsoftapp|Generic|GitHub|StripeTest|StripeLive)(-|$)'
    AND (
      EXISTS (
        SELECT 1 FROM `dolibarr`.`llx_const` AS c WHERE c.entity IN (0, t.entity)
          AND c.name = CONVERT(CONCAT('OAUTH_', t.service, '_ID') USING utf8mb4) COLLATE utf8mb4_general_ci
      )
      OR t.service LIKE 'Stripe%' AND EXISTS (
        SELECT 1 FROM `dolibarr`.`llx_const` AS c WHERE c.entity IN (0, t.entity)
          AND c.name = CONVERT(CONCAT('OAUTH_STRIPE_', SUBSTRING(t.service, 7), '_ID') USING utf8mb4) COLLATE utf8mb4_general_ci
      )
    )
  WITH CASCADED CHECK OPTION;

GRANT SELECT (name, value, entity) ON `dolibarr_oauthbridge`.`llx_const` TO 'oauthbridge'@'localhost';
GRANT SELECT (name, origin) ON `dolibarr_oauthbridge`.`llx_const_origin` TO 'oauthbridge'@'localhost';
GRANT SELECT (origin) ON `dolibarr_oauthbridge`.`llx_oauth_token_origin` TO 'oauthbridge'@'localhost';

-- The tokens: replaced in place, added after a consent, deleted when revoked.
GRANT SELECT (rowid, service, token, tokenstring, fk_soc, fk_user, fk_adherent, datec, tms, entity), UPDATE (new_token, new_tokenstring), DELETE ON `dolibarr_oauthbridge`.`llx_oauth_token` TO 'oauthbridge'@'localhost';
GRANT INSERT (service, token, entity, datec) ON `dolibarr_oauthbridge`.`llx_oauth_token_new` TO 'oauthbridge'@'localhost';
GRANT SELECT (state), UPDATE (new_state) ON `dolibarr_oauthbridge`.`llx_oauth_token` TO 'oauthbridge'@'localhost'; -- where llx_oauth_token.state (Dolibarr 17 and newer)
GRANT INSERT (state) ON `dolibarr_oauthbridge`.`llx_oauth_token_new` TO 'oauthbridge'@'localhost'; -- where llx_oauth_token.state (Dolibarr 17 and newer)

-- Shows the account which engine the table has, so that it knows whether a change can be taken back. It reads and changes nothing.
GRANT REFERENCES ON `dolibarr`.`llx_oauth_token` TO 'oauthbridge'@'localhost';

-- What the bridge remembers of each grant, the refresh tokens that were replaced (hashes), the audit trail, which is pruned
-- by age, consents under way, notices, and where secrets may be sent.
GRANT SELECT, INSERT, UPDATE ON `dolibarr`.`llx_oauthbridge_grant` TO 'oauthbridge'@'localhost';
GRANT SELECT, INSERT, UPDATE, DELETE ON `dolibarr`.`llx_oauthbridge_superseded` TO 'oauthbridge'@'localhost';
GRANT SELECT, INSERT, DELETE ON `dolibarr`.`llx_oauthbridge_event` TO 'oauthbridge'@'localhost';
GRANT SELECT, INSERT, UPDATE, DELETE ON `dolibarr`.`llx_oauthbridge_consent` TO 'oauthbridge'@'localhost';
GRANT SELECT, INSERT, UPDATE, DELETE ON `dolibarr`.`llx_oauthbridge_notice` TO 'oauthbridge'@'localhost';
GRANT SELECT, INSERT, UPDATE, DELETE ON `dolibarr`.`llx_oauthbridge_condition` TO 'oauthbridge'@'localhost';
GRANT SELECT, INSERT, UPDATE, DELETE ON `dolibarr`.`llx_oauthbridge_binding` TO 'oauthbridge'@'localhost';

-- What it tells people about the entries and about who used them, and the schema versions of these tables.
GRANT SELECT, INSERT, UPDATE, DELETE ON `dolibarr`.`llx_oauthbridge_v_status` TO 'oauthbridge'@'localhost';
GRANT SELECT, INSERT, UPDATE, DELETE ON `dolibarr`.`llx_oauthbridge_use` TO 'oauthbridge'@'localhost';
GRANT SELECT ON `dolibarr`.`llx_oauthbridge_schema` TO 'oauthbridge'@'localhost';

-- For doctor: which OAuth entry each email collector names.
GRANT SELECT (rowid, entity, ref, host, status) ON `dolibarr`.`llx_emailcollector_emailcollector` TO 'oauthbridge'@'localhost'; -- where llx_emailcollector_emailcollector
GRANT SELECT (acces_type, oauth_service) ON `dolibarr`.`llx_emailcollector_emailcollector` TO 'oauthbridge'@'localhost'; -- where llx_emailcollector_emailcollector.oauth_service

-- For "check imap --from-dolibarr": how each collector logs in.
GRANT SELECT (login, source_directory) ON `dolibarr`.`llx_emailcollector_emailcollector` TO 'oauthbridge'@'localhost'; -- where llx_emailcollector_emailcollector.login
GRANT SELECT (port, imap_encryption) ON `dolibarr`.`llx_emailcollector_emailcollector` TO 'oauthbridge'@'localhost'; -- where llx_emailcollector_emailcollector.imap_encryption (Dolibarr 17 and newer)
