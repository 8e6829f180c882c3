-- SPDX-License-Identifier: GPL-3.0-or-later
-- The schema version of each of the bridge's tables. Times are UTC.
CREATE TABLE IF NOT EXISTS llx_oauthbridge_schema (
  name        varchar(64) NOT NULL,            -- the table without the prefix
  version     integer NOT NULL,
  changed_at  timestamp NOT NULL,
  PRIMARY KEY (name)
);
