-- SPDX-License-Identifier: GPL-3.0-or-later
-- From schema 2 to 3: which refresh token is being spent, by whom and since when, so that no second process spends it while the
-- first one has not stored the provider's answer.
ALTER TABLE llx_oauthbridge_grant ADD COLUMN IF NOT EXISTS intent_hash varchar(64) NULL;
ALTER TABLE llx_oauthbridge_grant ADD COLUMN IF NOT EXISTS intent_owner varchar(80) NULL;
ALTER TABLE llx_oauthbridge_grant ADD COLUMN IF NOT EXISTS intent_at timestamp(3) NULL;
COMMENT ON TABLE llx_oauthbridge_grant IS 'oauthbridge schema 3';
