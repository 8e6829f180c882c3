<?php
// Reads a value of llx_oauth_token as Dolibarr does (openssl_decrypt, unserialize), and says what is in it without showing the tokens.

namespace OAuth\OAuth2\Token;

class StdOAuth2Token
{
	protected $accessToken;
	protected $refreshToken;
	protected $endOfLife;
	protected $extraParams = array();

	public function describe()
	{
		return sprintf(
			'a %s with an access token of %d characters, %s refresh token, valid until %s',
			(new \ReflectionClass($this))->getShortName(),
			strlen($this->accessToken),
			$this->refreshToken === null ? 'no' : 'a',
			gmdate('Y-m-d H:i', $this->endOfLife)
		);
	}
}

list(, $value, $key) = $argv;
list(, $cipher, $iv, $data) = explode(':', $value);
$token = unserialize(openssl_decrypt($data, $cipher, $key, 0, $iv), array('allowed_classes' => array(StdOAuth2Token::class)));
if (!$token instanceof StdOAuth2Token) {
	fwrite(STDERR, "The row cannot be read.\n");
	exit(1);
}
print $token->describe()."\n";
