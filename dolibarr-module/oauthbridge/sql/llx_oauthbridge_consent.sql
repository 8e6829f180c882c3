-- SPDX-License-Identifier: GPL-3.0-or-later
-- Consents under way, so that a restart or a second sidecar does not break them, and the sign-ins that were answered. Times are UTC.
CREATE TABLE IF NOT EXISTS llx_oauthbridge_consent (
  rowid       bigint AUTO_INCREMENT PRIMARY KEY,
  consent_id  char(32) NOT NULL,
  state_hash  char(64) NULL,                   -- SHA-256 of the state parameter
  flow        varchar(24) NOT NULL,            -- code, device or login
  service     varchar(64) NOT NULL,
  entity      integer NOT NULL DEFAULT 1,
  status      varchar(16) NOT NULL,            -- pending, redeeming, granted, denied, expired
  data        text NOT NULL,                   -- verifier, redirect URI, issuer, binding: sealed by the bridge
  detail      varchar(255) NULL,
  created_at  datetime NOT NULL,
  expires_at  datetime NOT NULL,
  UNIQUE KEY uk_oauthbridge_consent_id (consent_id),
  UNIQUE KEY uk_oauthbridge_consent_state (state_hash),
  KEY idx_oauthbridge_consent_expires (expires_at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COMMENT='oauthbridge schema 1';
