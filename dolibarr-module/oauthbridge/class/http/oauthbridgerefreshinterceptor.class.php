<?php
/* Copyright (C) 2026 the DolibarrOAuthBridge authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

/**
 * \file       class/http/oauthbridgerefreshinterceptor.class.php
 * \ingroup    oauthbridge
 * \brief      Answers the refreshes of stock code from the bridge
 */

require_once __DIR__.'/../client/oauthbridgegateway.class.php';

/**
 * Decides which requests of Dolibarr's OAuth library the bridge answers: refreshes (RFC 6749, section 6) of an entry of the current
 * company. The bridge itself checks client secret and refresh token.
 */
class OAuthBridgeRefreshInterceptor
{
	/**
	 * The bridge's answer to a request.
	 *
	 * @param  mixed       $body   What stock code would send
	 * @param  string      $method HTTP method
	 * @return string|null         JSON for stock code; null where stock code is to send the request itself
	 */
	public static function answer(
		#[\SensitiveParameter]
		$body,
		$method
	) {
		if (!self::isRefresh($body, $method) || !self::isSwitchedOn() || !self::isOfEntry($body['client_id'])) {
			return null;
		}
		$form = array_intersect_key($body, array_flip(array('grant_type', 'client_id', 'client_secret', 'refresh_token')));
		$answer = OAuthBridgeGateway::ask(
			'a refresh by Dolibarr',
			static function (OAuthBridgeClient $client) use ($form) {
				return $client->redeemRefreshToken($form);
			}
		);
		return $answer === null ? null : self::translate($answer);
	}

	/**
	 * What stock code gets to see of an answer.
	 *
	 * @param  array{status:int,body:string} $answer The bridge's answer
	 * @return string|null                           JSON; null where the bridge does not know the grant
	 */
	private static function translate(
		#[\SensitiveParameter]
		array $answer
	) {
		if ($answer['status'] === 200) {
			return $answer['body'];
		}
		$failure = json_decode($answer['body'], true);
		if (!is_array($failure) || !isset($failure['code'], $failure['error'], $failure['error_description'])) {
			return null;
		}
		// The bridge has the grant and says why it cannot be refreshed now. Asking the provider without the bridge could spend the
		// refresh token twice. Stock code prints the description as it is, so it must not hold markup.
		return json_encode(array('error' => $failure['error'], 'error_description' => strtr($failure['error_description'], '<>', '()')));
	}

	/**
	 * Whether a request is a refresh with everything that the bridge needs.
	 *
	 * @param  mixed  $body   What stock code would send
	 * @param  string $method HTTP method
	 * @return bool           Whether it is
	 */
	private static function isRefresh(
		#[\SensitiveParameter]
		$body,
		$method
	) {
		if (strtoupper((string) $method) !== 'POST' || !is_array($body) || !isset($body['grant_type']) || $body['grant_type'] !== 'refresh_token') {
			return false;
		}
		foreach (array('client_id', 'client_secret', 'refresh_token') as $name) {
			if (!isset($body[$name]) || !is_string($body[$name]) || $body[$name] === '') {
				return false;
			}
		}
		return true;
	}

	/**
	 * Whether the module is enabled and this part of it switched on.
	 *
	 * @return bool Whether it is
	 */
	private static function isSwitchedOn()
	{
		global $conf;

		// In Dolibarr 17 getDolGlobalInt takes a 0 for not set, so that the standard value 1 would win.
		return isModEnabled('oauthbridge') && (!isset($conf->global->OAUTHBRIDGE_INTERCEPT_REFRESH) || (int) $conf->global->OAUTHBRIDGE_INTERCEPT_REFRESH !== 0);
	}

	/**
	 * Whether a client belongs to an OAuth entry of the current company.
	 *
	 * @param  string $clientId The client identifier
	 * @return bool             Whether it does
	 */
	private static function isOfEntry($clientId)
	{
		global $conf;

		foreach (get_object_vars($conf->global) as $name => $value) {
			if ($value === $clientId && preg_match('/^OAUTH_.+_ID$/D', $name)) {
				return true;
			}
		}
		return false;
	}
}
