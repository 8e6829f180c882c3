-- SPDX-License-Identifier: GPL-3.0-or-later
-- A database account for monitoring, which sees the state of the entries and what happened, and no secret. sql/queries.md has queries.
CREATE USER IF NOT EXISTS 'monitoring'@'localhost' IDENTIFIED BY 'CHANGE-ME';
GRANT SELECT ON `dolibarr`.`llx_oauthbridge_v_status` TO 'monitoring'@'localhost';
GRANT SELECT ON `dolibarr`.`llx_oauthbridge_event` TO 'monitoring'@'localhost';
GRANT SELECT ON `dolibarr`.`llx_oauthbridge_use` TO 'monitoring'@'localhost';
GRANT SELECT ON `dolibarr`.`llx_oauthbridge_schema` TO 'monitoring'@'localhost';
