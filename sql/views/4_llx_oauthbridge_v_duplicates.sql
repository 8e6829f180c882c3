-- SPDX-License-Identifier: GPL-3.0-or-later
-- Entries with several tokens. Dolibarr's table has no unique key; the bridge writes none of them until one is left.
CREATE OR REPLACE VIEW llx_oauthbridge_v_duplicates AS
SELECT
  MIN(r.service) AS service,
  r.entity,
  COUNT(*) AS row_count,
  GROUP_CONCAT(r.row_id ORDER BY r.row_id SEPARATOR ', ') AS row_ids,
  MAX(r.row_id) AS newest_row_id,
  MAX(r.changed_at) AS last_change
FROM llx_oauthbridge_v_rows r
WHERE r.foreign_because IS NULL AND r.storage <> 'empty'
GROUP BY CAST(LOWER(CONVERT(r.service USING utf8mb4)) AS BINARY), r.entity
HAVING COUNT(*) > 1;
