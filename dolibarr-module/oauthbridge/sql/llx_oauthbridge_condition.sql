-- SPDX-License-Identifier: GPL-3.0-or-later
-- What lasts and was said in a notice: one row while it lasts, so that all sidecars together say it once. Times are UTC.
CREATE TABLE IF NOT EXISTS llx_oauthbridge_condition (
  rowid     bigint AUTO_INCREMENT PRIMARY KEY,
  kind      varchar(32) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  entity    integer NOT NULL,
  entry     varchar(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  source    varchar(80) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL, -- the machine and state directory; empty: all of them
  began_at  datetime NOT NULL,
  told_at   datetime NOT NULL, -- the last notice of it
  UNIQUE KEY uk_oauthbridge_condition (kind, entity, entry, source)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COMMENT='oauthbridge schema 1';
