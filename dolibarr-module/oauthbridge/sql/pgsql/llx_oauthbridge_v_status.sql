-- SPDX-License-Identifier: GPL-3.0-or-later
-- The state of every entry of every company, with or without a token, as GET /v1/entries gives it. The sidecar keeps it up to date: it
-- writes what changed, and looked_at in every row at least twice a minute. No secrets. Times are UTC.
-- This is a table and not a view: a view belongs to the account that made it, and a dump with it loads only where that account is.
CREATE TABLE IF NOT EXISTS llx_oauthbridge_v_status (
  entry                    varchar(180) NOT NULL,  -- such as GOOGLE-Mail
  service                  varchar(180) NOT NULL,  -- such as Google-Mail
  entity                   integer NOT NULL,
  provider                 varchar(32) NOT NULL,
  status                   varchar(24) NOT NULL,           -- valid, expiring, expired, never_expires, none, consent_required, ...
  needs_person             smallint NOT NULL,              -- 1: no token comes of it before a person has done something
  complete                 smallint NOT NULL,              -- 0: a setting is missing
  has_refresh_token        smallint NOT NULL,
  expires_at               timestamp NULL,                  -- end of the access token; null where it never ends or nobody knows
  refresh_token_expires_at timestamp NULL,                  -- as far as it is known
  granted_at               timestamp NULL,
  refreshed_at             timestamp NULL,
  refresh_count            integer NOT NULL,
  used_at                  timestamp NULL,                  -- last time a token was handed out, to within ten minutes
  failure_count            integer NOT NULL,               -- failed refreshes since the last good one
  last_error               varchar(255) NULL,
  next_try_at              timestamp NULL,
  paused                   smallint NOT NULL DEFAULT 0,    -- 1: a person keeps it from being renewed
  warnings                 varchar(255) NOT NULL,          -- codes, with spaces between them
  looked_at                timestamp NOT NULL,              -- when this was so
  looked_by                varchar(80) NULL,               -- the sidecar that looks; null after it stopped
  PRIMARY KEY (entity, entry)
);
CREATE INDEX IF NOT EXISTS idx_oauthbridge_v_status_service ON llx_oauthbridge_v_status (service, entity);
