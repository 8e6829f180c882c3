-- SPDX-License-Identifier: GPL-3.0-or-later
-- From schema 1 to 2: when the access token ends, for those who cannot decrypt it.
ALTER TABLE llx_oauthbridge_grant ADD COLUMN IF NOT EXISTS token_expires_at timestamp NULL;
COMMENT ON TABLE llx_oauthbridge_grant IS 'oauthbridge schema 2';
