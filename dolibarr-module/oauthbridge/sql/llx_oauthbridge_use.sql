-- SPDX-License-Identifier: GPL-3.0-or-later
-- Who was given an entry's token, and when: one row per caller, the newest fifty of each grant. Times are UTC, in whole minutes.
CREATE TABLE IF NOT EXISTS llx_oauthbridge_use (
  service   varchar(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  entity    integer NOT NULL,
  caller    varchar(160) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,  -- such as: uid 33: page /compta/facture/card.php
  first_at  datetime NOT NULL,
  last_at   datetime NOT NULL,
  PRIMARY KEY (entity, service, caller),
  KEY idx_oauthbridge_use_last (last_at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COMMENT='oauthbridge schema 1';
