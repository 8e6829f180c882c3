-- SPDX-License-Identifier: GPL-3.0-or-later
-- Who was given an entry's token, and when: one row per caller, the newest fifty of each grant. Times are UTC, in whole minutes.
CREATE TABLE IF NOT EXISTS llx_oauthbridge_use (
  service   varchar(64) NOT NULL,
  entity    integer NOT NULL,
  caller    varchar(160) NOT NULL,           -- such as: uid 33: page /compta/facture/card.php
  first_at  timestamp NOT NULL,
  last_at   timestamp NOT NULL,
  PRIMARY KEY (entity, service, caller)
);
CREATE INDEX IF NOT EXISTS idx_oauthbridge_use_last ON llx_oauthbridge_use (last_at);
COMMENT ON TABLE llx_oauthbridge_use IS 'oauthbridge schema 1';
