-- SPDX-License-Identifier: GPL-3.0-or-later
-- Accounts at OpenID providers that sign Dolibarr's users in. Issuer and subject are compared byte by byte. Times are in the server's
-- time zone.
CREATE TABLE IF NOT EXISTS llx_oauthbridge_link (
  rowid      integer AUTO_INCREMENT PRIMARY KEY,
  entity     integer NOT NULL DEFAULT 1,
  fk_user    integer NOT NULL,
  issuer     varchar(255) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  subject    varchar(255) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  account    varchar(255) NULL,                -- for display: e-mail address or name at the time of linking
  origin     varchar(16) NOT NULL,             -- email (at the first sign-in) or self (on the user's own card)
  datec      datetime NOT NULL,
  last_login datetime NULL,
  UNIQUE KEY uk_oauthbridge_link_subject (entity, issuer, subject),
  KEY idx_oauthbridge_link_user (fk_user)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;
