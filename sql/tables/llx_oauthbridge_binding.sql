-- SPDX-License-Identifier: GPL-3.0-or-later
-- Where each client secret and refresh token may be sent. Both hashes are keyed with a key derived from conf.php's: a row that
-- somebody else writes allows nothing. Times are UTC.
CREATE TABLE IF NOT EXISTS llx_oauthbridge_binding (
  rowid         bigint AUTO_INCREMENT PRIMARY KEY,
  secret_hash   char(64) NOT NULL,             -- of the secret
  binding_hash  char(64) NOT NULL,             -- of the secret, the origin and the client id
  origin        varchar(255) NOT NULL,         -- for people: the bridge does not read it
  created_at    datetime NOT NULL,
  UNIQUE KEY uk_oauthbridge_binding (secret_hash, binding_hash)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COMMENT='oauthbridge schema 1';
