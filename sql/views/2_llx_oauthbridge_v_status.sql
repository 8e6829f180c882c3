-- SPDX-License-Identifier: GPL-3.0-or-later
-- The state of each entry's token, as far as the bridge knows it. Times are UTC, but for created_at, which Dolibarr writes.
-- next_expiry is null where the token never ends, or the sidecar has not looked at it yet.
CREATE OR REPLACE VIEW llx_oauthbridge_v_status AS
SELECT
  r.row_id,
  r.service,
  r.entity,
  COALESCE(g.granted_at, r.created_at) AS granted_at,
  TIMESTAMPDIFF(DAY, COALESCE(g.granted_at, r.created_at), UTC_TIMESTAMP()) AS age_days,
  g.refreshed_at AS last_refresh,
  g.refresh_count,
  g.used_at AS last_use,
  g.token_expires_at AS next_expiry,
  TIMESTAMPDIFF(MINUTE, UTC_TIMESTAMP(), g.token_expires_at) AS expires_in_minutes,
  g.refresh_token_expires_at,
  COALESCE(g.failure_count, 0) AS failures,
  g.last_error,
  g.last_error_detail,
  g.last_error_at,
  g.next_try_at,
  CASE WHEN g.dead_hash IS NOT NULL AND g.dead_hash = g.newest_hash THEN 1 ELSE 0 END AS consent_required,
  CASE WHEN g.lease_until > UTC_TIMESTAMP(3) THEN 1 ELSE 0 END AS refreshing_now,
  r.storage
FROM llx_oauthbridge_v_rows r
LEFT JOIN llx_oauthbridge_grant g
  ON g.entity = r.entity
 AND CAST(LOWER(g.service) AS BINARY) = CAST(LOWER(CONVERT(r.service USING utf8mb4)) AS BINARY)
WHERE r.foreign_because IS NULL;
