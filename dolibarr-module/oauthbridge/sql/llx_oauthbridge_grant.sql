-- SPDX-License-Identifier: GPL-3.0-or-later
-- What the bridge knows of a grant beyond llx_oauth_token: one row per service and entity.
-- Times are UTC. Refresh tokens appear only as SHA-256 hashes or dolcrypt'ed.
CREATE TABLE IF NOT EXISTS llx_oauthbridge_grant (
  rowid                    integer AUTO_INCREMENT PRIMARY KEY,
  service                  varchar(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  entity                   integer NOT NULL DEFAULT 1,
  lease_owner              varchar(80) NULL,               -- the process that refreshes now
  lease_until              datetime(3) NULL,               -- by the database's clock
  granted_at               datetime NULL,                  -- last consent seen by the bridge
  refreshed_at             datetime NULL,
  used_at                  datetime NULL,                  -- last time a token was handed out, to within ten minutes
  refresh_count            integer NOT NULL DEFAULT 0,
  token_expires_at         datetime NULL,                  -- end of the access token; null where it never ends or nobody knows
  refresh_token_expires_at datetime NULL,                  -- only where the provider says so
  failure_count            integer NOT NULL DEFAULT 0,     -- failed refreshes since the last good one
  last_error               varchar(64) NULL,               -- the provider's error member, or the bridge's word
  last_error_detail        varchar(255) NULL,
  last_error_at            datetime NULL,
  next_try_at              datetime NULL,
  failed_settings          char(64) NULL,                  -- SHA-256 of the entry's settings at the last failure
  dead_hash                char(64) NULL,                  -- SHA-256 of the refresh token that the provider declared dead
  newest_hash              char(64) NULL,                  -- SHA-256 of the newest refresh token
  newest_token             text NULL,                      -- the newest refresh token, dolcrypt'ed
  token_row                bigint NULL,                    -- rowid in llx_oauth_token that the newest refresh token belongs to
  superseded               text NULL,                      -- SHA-256 of the refresh tokens before it, newest first, space separated
  account                  varchar(255) NULL,              -- the account that granted, where the provider or a mail check says so
  account_before           varchar(255) NULL,              -- the account that granted before, where the present one is unknown or another
  intent_hash              char(64) NULL,                  -- keyed hash of the refresh token that is being spent
  intent_owner             varchar(80) NULL,               -- the process that spends it and has not stored the answer
  intent_at                datetime(3) NULL,               -- since when, by the database's clock
  paused_at                datetime NULL,                  -- since when a person keeps it from being renewed; null if nobody does
  paused_reason            varchar(255) NULL,
  moved_id                 char(32) NULL,                  -- the export that took the grant to another server
  UNIQUE KEY uk_oauthbridge_grant_service_entity (service, entity)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COMMENT='oauthbridge schema 5';
