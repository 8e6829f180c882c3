-- SPDX-License-Identifier: GPL-3.0-or-later
-- From schema 3 to 4: a person may keep a grant from being renewed, and an export takes it to another server.
ALTER TABLE llx_oauthbridge_grant ADD COLUMN IF NOT EXISTS paused_at timestamp NULL;
ALTER TABLE llx_oauthbridge_grant ADD COLUMN IF NOT EXISTS paused_reason varchar(255) NULL;
ALTER TABLE llx_oauthbridge_grant ADD COLUMN IF NOT EXISTS moved_id varchar(32) NULL;
COMMENT ON TABLE llx_oauthbridge_grant IS 'oauthbridge schema 4';
