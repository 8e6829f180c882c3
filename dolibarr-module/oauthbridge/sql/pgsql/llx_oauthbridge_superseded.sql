-- SPDX-License-Identifier: GPL-3.0-or-later
-- Refresh tokens that newer ones replaced, as SHA-256 hashes: a row of llx_oauth_token that holds one was written back by
-- somebody who had read it before, and gets the newest one again. Kept for 90 days. Times are UTC.
CREATE TABLE IF NOT EXISTS llx_oauthbridge_superseded (
  service  varchar(64) NOT NULL,
  entity   integer NOT NULL DEFAULT 1,
  hash     varchar(64) NOT NULL,
  at       timestamp NOT NULL,
  PRIMARY KEY (service, entity, hash)
);
CREATE INDEX IF NOT EXISTS idx_oauthbridge_superseded_at ON llx_oauthbridge_superseded (at);
COMMENT ON TABLE llx_oauthbridge_superseded IS 'oauthbridge schema 1';
