-- SPDX-License-Identifier: GPL-3.0-or-later
-- What a person should hear of, one row per notice, and how far it was delivered. Times are UTC.
CREATE TABLE IF NOT EXISTS llx_oauthbridge_notice (
  rowid          bigint NOT NULL PRIMARY KEY,     -- the highest one plus one: a later notice always has a higher number
  at             timestamp NOT NULL,
  kind           varchar(32) NOT NULL,            -- grant_ended, grant_restored, journal_waiting, ...
  severity       varchar(16) NOT NULL,            -- info, warning or error
  entity         integer NOT NULL DEFAULT 0,      -- 0: the instance as a whole
  entry          varchar(64) NOT NULL DEFAULT '', -- such as GOOGLE-Mail; empty: the instance as a whole
  message        varchar(512) NOT NULL,
  advice         varchar(512) NOT NULL DEFAULT '',
  webhook_tries  integer NOT NULL DEFAULT 0,
  webhook_next   timestamp NULL,                   -- not before this time; a sidecar that sends moves it first
  webhook_done   timestamp NULL,                   -- delivered, or given up after a day
  command_done   timestamp NULL                   -- a sidecar that runs the command sets it first
);
CREATE INDEX IF NOT EXISTS idx_oauthbridge_notice_at ON llx_oauthbridge_notice (at);
COMMENT ON TABLE llx_oauthbridge_notice IS 'oauthbridge schema 1';
