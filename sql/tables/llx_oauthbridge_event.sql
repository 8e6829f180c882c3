-- SPDX-License-Identifier: GPL-3.0-or-later
-- The audit trail of the bridge: append-only, without secrets. Times are UTC.
CREATE TABLE IF NOT EXISTS llx_oauthbridge_event (
  rowid     bigint AUTO_INCREMENT PRIMARY KEY,
  at        datetime NOT NULL,
  entity    integer NOT NULL DEFAULT 1,
  service   varchar(64) NOT NULL,
  kind      varchar(32) NOT NULL,
  detail    varchar(255) NULL,
  process   varchar(80) NULL,
  KEY idx_oauthbridge_event_service (service, entity, at),
  KEY idx_oauthbridge_event_at (at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COMMENT='oauthbridge schema 1';
