-- SPDX-License-Identifier: GPL-3.0-or-later
-- A database account for monitoring, which sees the state of the entries and what happened, and no secret. sql/pgsql/queries.md has
-- queries.
DO $$ BEGIN
  CREATE ROLE "monitoring" LOGIN PASSWORD 'CHANGE-ME';
EXCEPTION WHEN duplicate_object THEN NULL; -- the account is there already
END $$;
GRANT CONNECT ON DATABASE "dolibarr" TO "monitoring";
GRANT USAGE ON SCHEMA public TO "monitoring";
GRANT SELECT ON llx_oauthbridge_v_status TO "monitoring";
GRANT SELECT ON llx_oauthbridge_event TO "monitoring";
GRANT SELECT ON llx_oauthbridge_use TO "monitoring";
GRANT SELECT ON llx_oauthbridge_schema TO "monitoring";
