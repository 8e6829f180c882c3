<?php
// SPDX-License-Identifier: GPL-3.0-or-later
// usage: php dolibarr.php KEY REFRESH_TOKEN | mariadb
// Writes what the bridge needs of a Dolibarr as SQL: its two tables, the entry GENERIC-Mail and an expired token of it, encrypted with KEY
// as dolEncrypt() does it.

namespace OAuth\OAuth2\Token;

/** As in Dolibarr's includes/OAuth: what a row holds is this object, serialized. */
class StdOAuth2Token
{
	protected $accessToken = 'at-expired';
	protected $refreshToken;
	protected $endOfLife;
	protected $extraParams = array('token_type' => 'Bearer');

	public function __construct($refreshToken)
	{
		$this->refreshToken = $refreshToken;
		$this->endOfLife = time() - 60;
	}
}

function dolEncrypt($value, $key)
{
	$seed = substr(bin2hex(random_bytes(8)), 0, 16);
	return 'dolcrypt:AES-256-CTR:'.$seed.':'.openssl_encrypt($value, 'AES-256-CTR', $key, 0, $seed);
}

list(, $key, $refreshToken) = $argv;
$secret = dolEncrypt('client-secret', $key);
$token = dolEncrypt(serialize(new StdOAuth2Token($refreshToken)), $key);
echo <<<SQL
CREATE DATABASE dolibarr;
USE dolibarr;
CREATE TABLE llx_const (rowid integer AUTO_INCREMENT PRIMARY KEY, name varchar(180) NOT NULL, entity integer DEFAULT 1 NOT NULL,
	value text NOT NULL, type varchar(64) DEFAULT 'string', visible tinyint DEFAULT 1 NOT NULL, note text, tms timestamp,
	UNIQUE KEY uk_const (name, entity)) ENGINE=innodb;
CREATE TABLE llx_oauth_token (rowid integer AUTO_INCREMENT PRIMARY KEY, service varchar(36), token text, tokenstring text, state text,
	fk_soc integer, fk_user integer, fk_adherent integer, restricted_ips varchar(200), datec datetime, tms timestamp,
	entity integer DEFAULT 1) ENGINE=innodb;
INSERT INTO llx_const (name, value) VALUES ('OAUTH_GENERIC-Mail_ID', 'client'), ('OAUTH_GENERIC-Mail_SECRET', '$secret'),
	('OAUTH_GENERIC-Mail_URL', 'http://127.0.0.1:9000'), ('MAIN_VERSION_LAST_INSTALL', '22.0.4');
INSERT INTO llx_oauth_token (service, token, datec, entity) VALUES ('Generic-Mail', '$token', NOW(), 1);

SQL;
