<?php
/* Copyright (C) 2026 the DolibarrOAuthBridge authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

/**
 * \file       class/http/oauthbridgerefreshinterceptor.class.php
 * \ingroup    oauthbridge
 * \brief      Lets the bridge answer the refreshes of Dolibarr's own code
 */

require_once __DIR__.'/../client/oauthbridgegateway.class.php';

/**
 * Decides which requests of Dolibarr's OAuth library the bridge answers: refreshes (RFC 6749, section 6) of an entry of the current
 * entity. The bridge checks client secret and refresh token.
 */
class OAuthBridgeRefreshInterceptor
{
	/** Dolibarr's page whose button "Refresh token" says afterwards that the token has been refreshed. */
	const TOKEN_MANAGER = 'oauthlogintokens.php';

	/**
	 * The bridge's answer to a request.
	 *
	 * @param  mixed       $body   Body of the request: an array of form fields, or something else
	 * @param  string      $method HTTP method
	 * @return string|null         JSON; null where stock code must send the request itself
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
		$service = self::findServiceOfButton();
		$answer = OAuthBridgeGateway::ask(
			'a refresh by Dolibarr',
			static function (OAuthBridgeClient $client) use ($form, $service) {
				$failure = $service === '' ? null : self::refresh($client, $service);
				return $failure === null ? $client->redeemRefreshToken($form) : $failure;
			}
		);
		return $answer === null ? null : self::translate($answer);
	}

	/**
	 * The service that an administrator wants to be refreshed now, by the button of Dolibarr's page: the bridge would otherwise hand out
	 * a token that is still good, and the page would say that it has been refreshed.
	 *
	 * @return string Name of the service; empty where nobody pressed the button
	 */
	private static function findServiceOfButton()
	{
		$isPressed = basename((string) ($_SERVER['SCRIPT_NAME'] ?? '')) === self::TOKEN_MANAGER
			&& GETPOST('action', 'aZ09') === 'refreshtoken';
		return $isPressed ? (string) GETPOST('service', 'alphanohtml') : '';
	}

	/**
	 * Has the bridge refresh a token even if it is still good.
	 *
	 * @param  OAuthBridgeClient $client  The bridge
	 * @param  string            $service Name of the service
	 * @return array{status:int,body:string}|null The failure, as redeemRefreshToken() gives one; null where it was refreshed
	 * @throws OAuthBridgeUnreachableException    The bridge does not answer
	 */
	private static function refresh(OAuthBridgeClient $client, $service)
	{
		try {
			$client->refresh($service);
			return null;
		} catch (OAuthBridgeUnreachableException $e) {
			throw $e;
		} catch (OAuthBridgeException $e) {
			$failure = array('code' => $e->getProblemCode(), 'error' => $e->getProblemCode(), 'error_description' => $e->getDetail());
			return array('status' => 400, 'body' => (string) json_encode($failure));
		}
	}

	/**
	 * The bridge's answer in the form that stock code understands.
	 *
	 * @param  array{status:int,body:string} $answer The bridge's answer
	 * @return string|null                           JSON: a token response, or error and error_description; null where the bridge does
	 *                                               not know the grant
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
		// The bridge manages this grant and cannot refresh it now. A request past the bridge could use the refresh token twice.
		// Stock code prints the description without escaping it, so it must not contain markup.
		$description = strtr($failure['error_description'], '<>', '()');
		return json_encode(array('error' => $failure['error'], 'error_description' => $description));
	}

	/**
	 * Whether a request is a refresh with everything that the bridge needs.
	 *
	 * @param  mixed  $body   Body of the request
	 * @param  string $method HTTP method
	 * @return bool           True if so
	 */
	private static function isRefresh(
		#[\SensitiveParameter]
		$body,
		$method
	) {
		$isPost = strtoupper((string) $method) === 'POST';
		if (!$isPost || !is_array($body) || !isset($body['grant_type']) || $body['grant_type'] !== 'refresh_token') {
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
	 * Whether the module is enabled and OAUTHBRIDGE_INTERCEPT_REFRESH (default 1) is on.
	 *
	 * @return bool True if so
	 */
	private static function isSwitchedOn()
	{
		global $conf;

		// Not by getDolGlobalInt: in Dolibarr 17 it gives the default for a stored 0.
		$isOff = isset($conf->global->OAUTHBRIDGE_INTERCEPT_REFRESH) && (int) $conf->global->OAUTHBRIDGE_INTERCEPT_REFRESH === 0;
		return isModEnabled('oauthbridge') && !$isOff;
	}

	/**
	 * Whether a client belongs to an OAuth entry of the current entity.
	 *
	 * @param  string $clientId The client identifier
	 * @return bool             True if so
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
