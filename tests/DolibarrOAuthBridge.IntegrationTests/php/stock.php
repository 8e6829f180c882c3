<?php
// What stock Dolibarr does to a row: DoliStorage's dolDecrypt, unserialize, setRefreshToken, serialize and dolEncrypt.
// In: the column's value, the key, a refresh token, one a line. Out: the new value, or what was read.
namespace OAuth\Common\Token {
	abstract class AbstractToken
	{
		protected $accessToken;
		protected $refreshToken;
		protected $endOfLife;
		protected $extraParams = array();

		public function setRefreshToken($token)
		{
			$this->refreshToken = $token;
		}

		public function lines()
		{
			return array(get_class($this), $this->accessToken, $this->refreshToken, $this->endOfLife, implode(',', array_keys($this->extraParams)));
		}
	}
}

namespace OAuth\OAuth2\Token {
	class StdOAuth2Token extends \OAuth\Common\Token\AbstractToken
	{
	}
}

namespace {
	// -n leaves out shared extensions; openssl is built in.
	list($column, $key, $refreshToken) = array_map(function ($line) {
		return rtrim($line, "\n");
	}, array(fgets(STDIN), fgets(STDIN), fgets(STDIN)));
	list(, $cipher, $iv, $base64) = explode(':', $column);
	$token = unserialize(openssl_decrypt($base64, $cipher, $key, 0, $iv));
	if (!$token instanceof \OAuth\OAuth2\Token\StdOAuth2Token) {
		exit(1);
	}
	if ($argv[1] === 'read') {
		echo implode("\n", $token->lines())."\n";
		exit(0);
	}
	$token->setRefreshToken($argv[1] === 'restore' ? $refreshToken : null);
	$iv = bin2hex(random_bytes(8));
	echo 'dolcrypt:'.$cipher.':'.$iv.':'.openssl_encrypt(serialize($token), $cipher, $key, 0, $iv)."\n";
}
