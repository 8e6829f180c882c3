-- SPDX-License-Identifier: GPL-3.0-or-later
-- A database account for the sidecar alone. It sees the settings of OAuth and mail (no mail password) and the rows of known OAuth
-- entries in llx_oauth_token, and may change nothing else of Dolibarr's: no setting, no row of another owner, no table.
--
-- Settings are had from a function, not from llx_const: a policy there would not keep the account from comparing a hidden value with one
-- of its own, since PostgreSQL may compare before it asks the policy. In llx_oauth_token, where the account changes rows, columns are
-- granted, and row-level security hides rows. It does not apply to the owner of the tables, which is Dolibarr's account, nor to
-- superusers, and every other account sees what it saw before. But PostgreSQL then lets an account that is neither the owner nor a
-- superuser dump llx_oauth_token only with pg_dump --enable-row-security, or with BYPASSRLS; the script warns of such accounts.
--
-- Run this as the owner of the database's tables or as a superuser after the bridge's tables were made (dolibarr-oauth-bridge init), and
-- again after an upgrade of Dolibarr or of the bridge. Replace "dolibarr" by the database, public by the schema, llx_ by the prefix of its
-- tables, and "oauthbridge" and the password by your own, or let "dolibarr-oauth-bridge init --sql" do it. Lines that end in
-- "-- where ..." are for instances that have that table or column.
--
-- Up to COMMIT it is all or nothing, and everything has its schema before its name: where others may create objects in the schema, they
-- must not be able to put something in the place of what this script calls, which would run with your rights.
BEGIN;
SET LOCAL search_path = pg_catalog, pg_temp;
DO $$ BEGIN
  IF pg_catalog.to_regrole('"oauthbridge"') IS NULL THEN
    CREATE ROLE "oauthbridge" LOGIN PASSWORD 'CHANGE-ME';
  END IF;
END $$;
GRANT CONNECT ON DATABASE "dolibarr" TO "oauthbridge";
GRANT USAGE ON SCHEMA public TO "oauthbridge";

-- Dolibarr's tokens: they are replaced in place, added after a consent, deleted when revoked.
GRANT SELECT (rowid, service, token, tokenstring, fk_soc, fk_user, fk_adherent, datec, tms, entity) ON public.llx_oauth_token TO "oauthbridge";
GRANT INSERT (service, token, entity, datec), UPDATE (token, tokenstring), DELETE ON public.llx_oauth_token TO "oauthbridge";
GRANT USAGE ON SEQUENCE public.llx_oauth_token_rowid_seq TO "oauthbridge";

-- Dolibarr's settings: those of the OAuth entries, the API key, the proxy, and how mail is sent. Nothing for those who have no policy below,
-- since a dump without rights (pg_dump -x) leaves its functions to everybody.
CREATE OR REPLACE FUNCTION public.llx_oauthbridge_const() RETURNS TABLE (name text, value text, entity integer) LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT s.name::text, s.value::text, s.entity::integer FROM public.llx_const AS s
  WHERE EXISTS (
      SELECT FROM pg_policy AS p JOIN pg_class AS c ON c.oid = p.polrelid
      WHERE c.relnamespace = (SELECT relnamespace FROM pg_class WHERE oid = 'public.llx_const'::regclass) AND NOT p.polpermissive
        AND pg_has_role(session_user, to_regrole(quote_ident(p.polname)), 'USAGE')
    )
    AND (starts_with(s.name, 'OAUTH') AND s.name !~ '^OAUTHBRIDGE_(NOTICE_SMTP|OWN_ADDRESSES)_'
      OR starts_with(s.name, 'MAIN_') AND s.name ~ '^MAIN_(VERSION_|MODULE_OAUTH|PROXY_|IMAP_USE_PHPIMAP$|MAIL_(SENDMODE|SMTP_SERVER|SMTP_PORT|SMTPS_ID|SMTPS_AUTH_TYPE|SMTPS_OAUTH_SERVICE|EMAIL_TLS|EMAIL_STARTTLS|EMAIL_SMTP_ALLOW_SELF_SIGNED)(_|$))'
      OR s.name = 'LOCAL_CONSTS_FILES')
$$;

-- Which of the tokens: those of the entries that are in llx_const, as "company service". The last function takes whole rows, and names
-- what it uses with its schema: so no ALTER TABLE of Dolibarr's is refused because of a policy, and nobody can put something else in the
-- place of what it uses.
CREATE OR REPLACE FUNCTION public.llx_oauthbridge_const_entry() RETURNS SETOF text LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT concat(entity, ' ', replace(lower(substr(name, 7, length(name) - 9)), 'stripe_', 'stripe'))
  FROM public.llx_const WHERE name LIKE 'OAUTH|_%|_ID' ESCAPE '|'
$$;
CREATE OR REPLACE FUNCTION public.llx_oauthbridge_entries() RETURNS SETOF text LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
  SELECT public.llx_oauthbridge_const_entry()
$$;
CREATE OR REPLACE FUNCTION public.llx_oauthbridge_entry_of(held public.llx_oauth_token, company integer) RETURNS text LANGUAGE sql STABLE AS $$
  SELECT CASE WHEN COALESCE(held.fk_soc, held.fk_user, held.fk_adherent) IS NULL
      AND held.service OPERATOR(pg_catalog.~*) '^(Google|Microsoft|Microsoft2|Microsoft3|Microsoftapp|Generic|GitHub|StripeTest|StripeLive)(-|$)'
    THEN pg_catalog.concat(COALESCE(company, held.entity), ' ', pg_catalog.lower(held.service)) END
$$;

-- These two run for whoever reads the tokens, as the policy below asks them; they tell nothing that the caller may not read.
GRANT EXECUTE ON FUNCTION public.llx_oauthbridge_entries(), public.llx_oauthbridge_entry_of(public.llx_oauth_token, integer) TO PUBLIC;

-- The start of the IV of everything encrypted, and nothing of what is encrypted: a copy of it in the place of a client secret or of the
-- proxy's password is sent nowhere.
CREATE OR REPLACE FUNCTION public.llx_oauthbridge_const_origin() RETURNS TABLE (name text, origin text) LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT s.name, part[1] FROM public.llx_const AS s, regexp_matches(s.value, '(?:^|:)AES-(?:128|192|256)-(?:CTR|CBC):([^:]{12})[^:]{4}(?=:|$)', 'gi') AS part
  WHERE s.value ILIKE '%dol%:AES-%:%:%'
$$;
CREATE OR REPLACE FUNCTION public.llx_oauthbridge_oauth_token_origin() RETURNS TABLE (origin text) LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT part[1] FROM public.llx_oauth_token AS s, regexp_matches(s.token, '(?:^|:)AES-(?:128|192|256)-(?:CTR|CBC):([^:]{12})[^:]{4}(?=:|$)', 'gi') AS part
  WHERE s.token ILIKE '%dol%:AES-%:%:%'
$$;
REVOKE ALL ON FUNCTION public.llx_oauthbridge_const(), public.llx_oauthbridge_const_entry(), public.llx_oauthbridge_const_origin(), public.llx_oauthbridge_oauth_token_origin() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION public.llx_oauthbridge_const(), public.llx_oauthbridge_const_entry(), public.llx_oauthbridge_const_origin(), public.llx_oauthbridge_oauth_token_origin() TO "oauthbridge";

-- A former script granted columns of llx_const.
REVOKE ALL ON public.llx_const FROM "oauthbridge";

-- Everybody sees every row that was granted, as before, save this account and those that have its rights. The policies are for PUBLIC and
-- compare the account, so that a dump with them loads where it is not.
DO $$
DECLARE
  settings CONSTANT pg_catalog.oid := 'public.llx_const'::pg_catalog.regclass::pg_catalog.oid;
  tokens CONSTANT pg_catalog.oid := 'public.llx_oauth_token'::pg_catalog.regclass::pg_catalog.oid;
  item pg_catalog.text;
BEGIN
  FOREACH item IN ARRAY ARRAY['llx_oauthbridge_const()', 'llx_oauthbridge_const_entry()', 'llx_oauthbridge_const_origin()', 'llx_oauthbridge_entries()',
      'llx_oauthbridge_entry_of(public.llx_oauth_token, integer)', 'llx_oauthbridge_oauth_token_origin()'] LOOP
    EXECUTE pg_catalog.format('ALTER FUNCTION public.%s OWNER TO %I', item,
      (SELECT pg_catalog.pg_get_userbyid(c.relowner) FROM pg_catalog.pg_class AS c WHERE c.oid OPERATOR(pg_catalog.=) settings));
  END LOOP;

  DROP POLICY IF EXISTS llx_oauthbridge_all ON public.llx_oauth_token;
  CREATE POLICY llx_oauthbridge_all ON public.llx_oauth_token USING (true);
  DROP POLICY IF EXISTS "oauthbridge" ON public.llx_oauth_token;
  CREATE POLICY "oauthbridge" ON public.llx_oauth_token AS RESTRICTIVE USING (
    (SELECT pg_catalog.pg_has_role(pg_catalog.to_regrole('"oauthbridge"')::pg_catalog.oid, 'USAGE'::pg_catalog.text)) IS NOT TRUE
    OR public.llx_oauthbridge_entry_of(llx_oauth_token, NULL::integer) IN (SELECT public.llx_oauthbridge_entries())
    OR public.llx_oauthbridge_entry_of(llx_oauth_token, 0) IN (SELECT public.llx_oauthbridge_entries())
  );
  ALTER TABLE public.llx_oauth_token ENABLE ROW LEVEL SECURITY;

  -- A former script had policies for llx_const too. They stay as long as another account has one, until this script is run for that too.
  IF EXISTS (SELECT FROM pg_catalog.pg_policy AS p WHERE p.polrelid OPERATOR(pg_catalog.=) settings) THEN
    DROP POLICY IF EXISTS "oauthbridge" ON public.llx_const;
    IF (SELECT pg_catalog.array_agg(p.polname) OPERATOR(pg_catalog.=) ARRAY['llx_oauthbridge_all'::pg_catalog.name]
        FROM pg_catalog.pg_policy AS p WHERE p.polrelid OPERATOR(pg_catalog.=) settings) THEN
      DROP POLICY llx_oauthbridge_all ON public.llx_const;
      ALTER TABLE public.llx_const DISABLE ROW LEVEL SECURITY;
      DROP FUNCTION IF EXISTS public.llx_oauthbridge_shows(public.llx_const);
    END IF;
  END IF;
  FOR item IN
    SELECT p.polname FROM pg_catalog.pg_policy AS p JOIN pg_catalog.pg_roles AS r ON r.rolname OPERATOR(pg_catalog.=) p.polname
    WHERE p.polrelid OPERATOR(pg_catalog.=) tokens AND NOT p.polpermissive
  LOOP
    EXECUTE pg_catalog.format('GRANT EXECUTE ON FUNCTION public.llx_oauthbridge_const_entry() TO %I', item);
  END LOOP;

  FOR item IN
    SELECT r.rolname FROM pg_catalog.pg_roles AS r JOIN pg_catalog.pg_class AS c ON c.oid OPERATOR(pg_catalog.=) tokens
    WHERE r.rolcanlogin AND NOT r.rolsuper AND NOT r.rolbypassrls AND pg_catalog.has_table_privilege(r.oid, c.oid, 'SELECT'::pg_catalog.text)
      AND NOT pg_catalog.pg_has_role(r.oid, c.relowner, 'USAGE'::pg_catalog.text)
  LOOP
    RAISE WARNING 'If the account % makes dumps, it needs pg_dump --enable-row-security now, or BYPASSRLS.', item;
  END LOOP;
END $$;
COMMIT;
GRANT SELECT (state), INSERT (state), UPDATE (state) ON public.llx_oauth_token TO "oauthbridge"; -- where llx_oauth_token.state (Dolibarr 17 and newer)

-- What the bridge remembers of each grant, the refresh tokens that were replaced (hashes), the audit trail, which is pruned
-- by age, consents under way, notices, and where secrets may be sent.
GRANT SELECT, INSERT, UPDATE ON public.llx_oauthbridge_grant TO "oauthbridge";
GRANT SELECT, INSERT, UPDATE (entity), DELETE ON public.llx_oauthbridge_superseded TO "oauthbridge";
GRANT SELECT, INSERT, DELETE ON public.llx_oauthbridge_event TO "oauthbridge";
GRANT SELECT, INSERT, UPDATE, DELETE ON public.llx_oauthbridge_consent TO "oauthbridge";
GRANT SELECT, INSERT, UPDATE, DELETE ON public.llx_oauthbridge_notice TO "oauthbridge";
GRANT SELECT, INSERT, UPDATE, DELETE ON public.llx_oauthbridge_condition TO "oauthbridge";
GRANT SELECT, INSERT, UPDATE, DELETE ON public.llx_oauthbridge_binding TO "oauthbridge";

-- What it tells people about the entries, and the schema versions of these tables.
GRANT SELECT, INSERT, UPDATE, DELETE ON public.llx_oauthbridge_v_status TO "oauthbridge";
GRANT SELECT, INSERT, UPDATE, DELETE ON public.llx_oauthbridge_use TO "oauthbridge";
GRANT SELECT ON public.llx_oauthbridge_schema TO "oauthbridge";

-- For doctor: which OAuth entry each email collector names.
GRANT SELECT (rowid, entity, ref, host, status) ON public.llx_emailcollector_emailcollector TO "oauthbridge"; -- where llx_emailcollector_emailcollector
GRANT SELECT (acces_type, oauth_service) ON public.llx_emailcollector_emailcollector TO "oauthbridge"; -- where llx_emailcollector_emailcollector.oauth_service

-- For "check imap --from-dolibarr": how each collector logs in.
GRANT SELECT (login, source_directory) ON public.llx_emailcollector_emailcollector TO "oauthbridge"; -- where llx_emailcollector_emailcollector.login
GRANT SELECT (port, imap_encryption) ON public.llx_emailcollector_emailcollector TO "oauthbridge"; -- where llx_emailcollector_emailcollector.imap_encryption (Dolibarr 17 and newer)
