-- SPDX-License-Identifier: GPL-3.0-or-later
-- From schema 3 to 4: a person may keep a grant from being renewed, and an export takes it to another server.
ALTER TABLE llx_oauthbridge_grant
  ADD COLUMN paused_at datetime NULL AFTER intent_at,
  ADD COLUMN paused_reason varchar(255) NULL AFTER paused_at,
  ADD COLUMN moved_id char(32) NULL AFTER paused_reason,
  COMMENT='oauthbridge schema 4';
