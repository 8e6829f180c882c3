-- SPDX-License-Identifier: GPL-3.0-or-later
-- Refresh tokens that newer ones replaced, as SHA-256 hashes: a row of llx_oauth_token that holds one was written back by
-- somebody who had read it before, and gets the newest one again. Kept for 90 days. Times are UTC.
CREATE TABLE IF NOT EXISTS llx_oauthbridge_superseded (
  service  varchar(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  entity   integer NOT NULL DEFAULT 1,
  hash     char(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  at       datetime NOT NULL,
  PRIMARY KEY (service, entity, hash),
  KEY idx_oauthbridge_superseded_at (at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COMMENT='oauthbridge schema 1';
