-- SPDX-License-Identifier: GPL-3.0-or-later
-- Every row of llx_oauth_token without its token: whose it is and how it is stored. The other views are made of this one.
-- A row is an entry's if llx_const has an entry of that name for the company or for all, and no third party, user or member owns it.
CREATE OR REPLACE VIEW llx_oauthbridge_v_rows AS
SELECT
  t.rowid AS row_id,
  t.service AS service,
  COALESCE(t.entity, 1) AS entity,
  CASE
    WHEN t.fk_soc IS NOT NULL THEN CONCAT('third party ', t.fk_soc)
    WHEN t.fk_user IS NOT NULL THEN CONCAT('user ', t.fk_user)
    WHEN t.fk_adherent IS NOT NULL THEN CONCAT('member ', t.fk_adherent)
    WHEN EXISTS (
      SELECT 1 FROM llx_const c
       WHERE c.entity IN (0, COALESCE(t.entity, 1))
         AND c.value <> ''
         AND c.name REGEXP '^OAUTH_(GOOGLE|MICROSOFT|MICROSOFT2|MICROSOFT3|MICROSOFTAPP|GENERIC|GITHUB|STRIPE_?TEST|STRIPE_?LIVE)(-.+)?_ID$'
         AND CAST(LOWER(CONVERT(REPLACE(SUBSTRING(c.name, 7, CHAR_LENGTH(c.name) - 9), 'STRIPE_', 'STRIPE') USING utf8mb4)) AS BINARY)
           = CAST(LOWER(CONVERT(t.service USING utf8mb4)) AS BINARY)
    ) THEN NULL
    ELSE 'no OAuth entry of this name'
  END AS foreign_because,
  CASE
    WHEN COALESCE(t.token, t.tokenstring, '') = '' THEN 'empty'
    WHEN COALESCE(t.token, t.tokenstring) LIKE 'dolcrypt:%' THEN SUBSTRING_INDEX(SUBSTRING_INDEX(COALESCE(t.token, t.tokenstring), ':', 2), ':', -1)
    ELSE 'plain'
  END AS storage,
  CHAR_LENGTH(COALESCE(t.token, t.tokenstring)) AS characters,
  t.datec AS created_at,
  t.tms AS changed_at
FROM llx_oauth_token t;
