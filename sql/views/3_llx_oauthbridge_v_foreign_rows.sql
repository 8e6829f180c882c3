-- SPDX-License-Identifier: GPL-3.0-or-later
-- Rows of llx_oauth_token that the bridge never touches, and why: other programs' tokens, and what a renamed or deleted entry left.
CREATE OR REPLACE VIEW llx_oauthbridge_v_foreign_rows AS
SELECT r.row_id, r.service, r.entity, r.foreign_because, r.storage, r.characters, r.created_at, r.changed_at
FROM llx_oauthbridge_v_rows r
WHERE r.foreign_because IS NOT NULL;
