-- SPDX-License-Identifier: GPL-3.0-or-later
-- From schema 2 to 3: which refresh token is being spent, by whom and since when, so that no second process spends it while the
-- first one has not stored the provider's answer.
ALTER TABLE llx_oauthbridge_grant
  ADD COLUMN intent_hash char(64) NULL AFTER account,
  ADD COLUMN intent_owner varchar(80) NULL AFTER intent_hash,
  ADD COLUMN intent_at datetime(3) NULL AFTER intent_owner,
  COMMENT='oauthbridge schema 3';
