-- SPDX-License-Identifier: GPL-3.0-or-later
-- Deleting a user deletes the links of the user's accounts.
ALTER TABLE llx_oauthbridge_link ADD CONSTRAINT fk_oauthbridge_link_user
  FOREIGN KEY (fk_user) REFERENCES llx_user (rowid) ON DELETE CASCADE;
