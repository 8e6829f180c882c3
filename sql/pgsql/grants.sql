-- SPDX-License-Identifier: GPL-3.0-or-later
-- A database account for the sidecar alone: it cannot read users or invoices, cannot change a setting, and cannot make, alter or
-- drop a table. PostgreSQL grants by table and column, not by row, so it reads every setting in llx_const (the mail password too) and
-- may change and delete every row of llx_oauth_token, also those of other owners. The bridge itself touches only known entries.
--
-- Run this as the owner of the database's tables or as a superuser after the bridge's tables were made (dolibarr-oauth-bridge init).
-- Replace "dolibarr" by the database, public by the schema, llx_ by the prefix of its tables, and "oauthbridge" and the password by
-- your own, or let "dolibarr-oauth-bridge init --sql" do it. Lines that end in "-- where ..." are for instances that have that table
-- or column.
DO $$ BEGIN
  CREATE ROLE "oauthbridge" LOGIN PASSWORD 'CHANGE-ME';
EXCEPTION WHEN duplicate_object THEN NULL; -- the account is there already
END $$;
GRANT CONNECT ON DATABASE "dolibarr" TO "oauthbridge";
GRANT USAGE ON SCHEMA public TO "oauthbridge";

-- Settings of the OAuth entries and the API key.
GRANT SELECT (name, value, entity) ON llx_const TO "oauthbridge";

-- The tokens: replaced in place, added after a consent, deleted when revoked.
GRANT SELECT (rowid, service, token, tokenstring, fk_soc, fk_user, fk_adherent, datec, tms, entity) ON llx_oauth_token TO "oauthbridge";
GRANT INSERT (service, token, entity, datec), UPDATE (token, tokenstring), DELETE ON llx_oauth_token TO "oauthbridge";
GRANT SELECT (state), INSERT (state), UPDATE (state) ON llx_oauth_token TO "oauthbridge"; -- where llx_oauth_token.state (Dolibarr 17 and newer)
GRANT USAGE ON SEQUENCE llx_oauth_token_rowid_seq TO "oauthbridge";

-- What the bridge remembers of each grant, the refresh tokens that were replaced (hashes), the audit trail, which is pruned
-- by age, consents under way, notices, and where secrets may be sent.
GRANT SELECT, INSERT, UPDATE ON llx_oauthbridge_grant TO "oauthbridge";
GRANT SELECT, INSERT, UPDATE (entity), DELETE ON llx_oauthbridge_superseded TO "oauthbridge";
GRANT SELECT, INSERT, DELETE ON llx_oauthbridge_event TO "oauthbridge";
GRANT SELECT, INSERT, UPDATE, DELETE ON llx_oauthbridge_consent TO "oauthbridge";
GRANT SELECT, INSERT, UPDATE, DELETE ON llx_oauthbridge_notice TO "oauthbridge";
GRANT SELECT, INSERT, UPDATE, DELETE ON llx_oauthbridge_condition TO "oauthbridge";
GRANT SELECT, INSERT, UPDATE, DELETE ON llx_oauthbridge_binding TO "oauthbridge";

-- What it tells people about the entries, and the schema versions of these tables.
GRANT SELECT, INSERT, UPDATE, DELETE ON llx_oauthbridge_v_status TO "oauthbridge";
GRANT SELECT, INSERT, UPDATE, DELETE ON llx_oauthbridge_use TO "oauthbridge";
GRANT SELECT ON llx_oauthbridge_schema TO "oauthbridge";

-- For doctor: which OAuth entry each email collector names.
GRANT SELECT (rowid, entity, ref, host, status) ON llx_emailcollector_emailcollector TO "oauthbridge"; -- where llx_emailcollector_emailcollector
GRANT SELECT (acces_type, oauth_service) ON llx_emailcollector_emailcollector TO "oauthbridge"; -- where llx_emailcollector_emailcollector.oauth_service

-- For "check imap --from-dolibarr": how each collector logs in.
GRANT SELECT (login, source_directory) ON llx_emailcollector_emailcollector TO "oauthbridge"; -- where llx_emailcollector_emailcollector.login
GRANT SELECT (port, imap_encryption) ON llx_emailcollector_emailcollector TO "oauthbridge"; -- where llx_emailcollector_emailcollector.imap_encryption (Dolibarr 17 and newer)
