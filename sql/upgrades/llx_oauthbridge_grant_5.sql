-- SPDX-License-Identifier: GPL-3.0-or-later
-- From schema 4 to 5: the account that granted before, for providers that do not say which account gave the new consent.
ALTER TABLE llx_oauthbridge_grant
  ADD COLUMN account_before varchar(255) NULL AFTER account,
  COMMENT='oauthbridge schema 5';
