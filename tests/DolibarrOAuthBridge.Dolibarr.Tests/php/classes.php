<?php
// The shape of the classes that Dolibarr's tokens are objects of: names, property order and visibility are what serialize() shows.
namespace OAuth\Common\Token {
	abstract class AbstractToken
	{
		protected $accessToken;
		protected $refreshToken;
		protected $endOfLife;
		protected $extraParams = array();

		public function fill($access, $refresh, $end, array $extra)
		{
			$this->accessToken = $access;
			$this->refreshToken = $refresh;
			$this->endOfLife = $end;
			$this->extraParams = $extra;
			return $this;
		}
	}
}

namespace OAuth\OAuth2\Token {
	class StdOAuth2Token extends \OAuth\Common\Token\AbstractToken
	{
	}
}

namespace {
	function encrypt_column($text, $key, $cipher, $iv)
	{
		return 'dolcrypt:'.$cipher.':'.$iv.':'.openssl_encrypt($text, $cipher, $key, 0, $iv);
	}

	function decrypt_column($column, $key)
	{
		list(, $cipher, $iv, $base64) = explode(':', $column);
		return openssl_decrypt($base64, $cipher, $key, 0, $iv);
	}

	function lines_of($path)
	{
		$input = fopen($path, 'r');
		while (($line = fgets($input)) !== false) {
			yield rtrim($line, "\n");
		}
	}
}
