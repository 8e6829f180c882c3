-- SPDX-License-Identifier: GPL-3.0-or-later
-- From schema 1 to 2: whether a person keeps the entry from being renewed.
ALTER TABLE llx_oauthbridge_v_status ADD COLUMN IF NOT EXISTS paused smallint NOT NULL DEFAULT 0;
