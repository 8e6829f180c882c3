-- SPDX-License-Identifier: GPL-3.0-or-later
-- A database account for the sidecar alone: it cannot read users or invoices, cannot change a setting, and cannot make, alter or
-- drop a table. MariaDB grants by table and column, not by row, so it reads every setting in llx_const (the mail password too) and
-- may change and delete every row of llx_oauth_token, also those of other owners. The bridge itself touches only known entries.
--
-- Run this as a database administrator after the bridge's tables were made (dolibarr-oauth-bridge init). Replace `dolibarr`
-- by the database, llx_ by the prefix of its tables, and 'oauthbridge'@'localhost' and the password by your own, or let
-- "dolibarr-oauth-bridge init --sql" do it. Lines that end in "-- where ..." are for instances that have that table or column.
CREATE USER IF NOT EXISTS 'oauthbridge'@'localhost' IDENTIFIED BY 'CHANGE-ME';

-- Settings of the OAuth entries and the API key.
GRANT SELECT (name, value, entity) ON `dolibarr`.`llx_const` TO 'oauthbridge'@'localhost';

-- The tokens: replaced in place, added after a consent, deleted when revoked.
GRANT SELECT (rowid, service, token, tokenstring, fk_soc, fk_user, fk_adherent, datec, tms, entity) ON `dolibarr`.`llx_oauth_token` TO 'oauthbridge'@'localhost';
GRANT INSERT (service, token, entity, datec), UPDATE (token, tokenstring), DELETE ON `dolibarr`.`llx_oauth_token` TO 'oauthbridge'@'localhost';
GRANT SELECT (state), INSERT (state), UPDATE (state) ON `dolibarr`.`llx_oauth_token` TO 'oauthbridge'@'localhost'; -- where llx_oauth_token.state (Dolibarr 17 and newer)

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
