-- SPDX-License-Identifier: GPL-3.0-or-later
-- From schema 1 to 2: when the access token ends, which is otherwise only within the encrypted token.
ALTER TABLE llx_oauthbridge_grant
  ADD COLUMN token_expires_at datetime NULL AFTER refresh_count,
  COMMENT='oauthbridge schema 2';
