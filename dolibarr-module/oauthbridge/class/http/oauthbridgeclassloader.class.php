<?php
/* Copyright (C) 2026 the DolibarrOAuthBridge authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

/**
 * \file       class/http/oauthbridgeclassloader.class.php
 * \ingroup    oauthbridge
 * \brief      Lets the bridge answer the refreshes of Dolibarr's OAuth library
 */

/**
 * Loads the two HTTP clients of Dolibarr's OAuth library as subclasses of the stock classes, so that the bridge answers refreshes and
 * stock code sends everything else. The stock class is loaded from Dolibarr's own file under another name. Where anything is not as
 * expected, this loader does nothing and Dolibarr's own loader loads the stock class.
 */
class OAuthBridgeClassLoader
{
	/** Namespace of the library's HTTP clients. */
	const CLIENTS = 'OAuth\\Common\\Http\\Client\\';

	/** Prefix of the name under which a stock class is loaded. */
	const STOCK_PREFIX = 'OAuthBridgeStock';

	/** The parameters of retrieveResponse that the subclasses can override. */
	const PARAMETERS = 'OAuth\\Common\\Http\\Uri\\UriInterface $endpoint, $requestBody, array $extraHeaders, $method';

	/** The module's files that answering a refresh needs. A missing one must be noticed first: require_once would end the run. */
	const FILES = array(
		'/oauthbridgeclassrenamer.class.php',
		'/oauthbridgerefreshinterceptor.class.php',
		'/oauthbridgeinterceptingclient.trait.php',
		'/../oauthbridgeclient.class.php',
		'/../client/oauthbridgegateway.class.php',
		'/../client/oauthbridgeapi.class.php',
		'/../client/oauthbridgetransport.class.php',
		'/../client/oauthbridgealarm.class.php',
		'/../client/oauthbridgecaller.class.php',
		'/../client/oauthbridgemarker.class.php',
		'/../client/oauthbridgeconnection.class.php',
		'/../client/oauthbridgeconnectionexception.class.php',
		'/../client/oauthbridgeproof.class.php',
		'/../client/oauthbridgeaddress.class.php',
		'/../client/oauthbridgeexception.class.php',
		'/../client/oauthbridgeunreachableexception.class.php',
	);

	/** @var bool */
	private static $isRegistered = false;

	/**
	 * Registers the loader before all others. It costs one function call for each class that is loaded afterwards.
	 *
	 * @return void
	 */
	public static function register()
	{
		if (!self::$isRegistered) {
			self::$isRegistered = spl_autoload_register(array(__CLASS__, 'load'), true, true);
		}
	}

	/**
	 * Loads one of the two clients; leaves every other class to the next loader. Never throws.
	 *
	 * @param  string $class Name of the class with its namespace
	 * @return void
	 */
	public static function load($class)
	{
		if ($class !== self::CLIENTS.'StreamClient' && $class !== self::CLIENTS.'CurlClient') {
			return;
		}
		try {
			self::supply(substr($class, strlen(self::CLIENTS)));
		} catch (Throwable $e) {
			self::warn('its '.$class.' could not be extended: '.$e->getMessage());
		}
	}

	/**
	 * Defines a client as a subclass of the stock one.
	 *
	 * @param  string $name StreamClient or CurlClient
	 * @return void
	 */
	private static function supply($name)
	{
		$folder = DOL_DOCUMENT_ROOT.'/includes/OAuth';
		$stockFile = $folder.'/Common/Http/Client/'.$name.'.php';
		// Another module may bring its own copy of the library, which stays as it is.
		if (!in_array(realpath($folder.'/bootstrap.php'), get_included_files(), true) || !is_readable($stockFile)) {
			return;
		}
		foreach (array_merge(self::FILES, array('/'.strtolower($name).'.php')) as $file) {
			if (!is_readable(__DIR__.$file)) {
				self::warn(__DIR__.$file.' is missing. Install the module again.');
				return;
			}
		}

		require_once __DIR__.'/oauthbridgeclassrenamer.class.php';
		require_once __DIR__.'/oauthbridgerefreshinterceptor.class.php';
		require_once __DIR__.'/oauthbridgeinterceptingclient.trait.php';
		OAuthBridgeClassRenamer::load($stockFile, $name, self::STOCK_PREFIX.$name);
		if (self::isExtensible(self::CLIENTS.self::STOCK_PREFIX.$name)) {
			require_once __DIR__.'/'.strtolower($name).'.php';
		} else {
			self::warn('this version of the module does not know its '.$name.'. Look for a newer version.');
		}
	}

	/**
	 * Whether the subclass can be declared. Declaring one whose method is not compatible would end the run.
	 *
	 * @param  string $stockClass Name of the renamed stock class with its namespace
	 * @return bool               True if so
	 */
	private static function isExtensible($stockClass)
	{
		$class = new ReflectionClass($stockClass);
		$method = $class->getMethod('retrieveResponse');
		$parameters = array();
		foreach ($method->getParameters() as $parameter) {
			$type = $parameter->getType();
			$parameters[] = ($type instanceof ReflectionNamedType ? $type->getName().' ' : '').'$'.$parameter->getName();
		}
		return !$class->isFinal() && !$method->isFinal() && $method->isPublic() && !$method->isStatic() && !$method->hasReturnType()
			&& implode(', ', $parameters) === self::PARAMETERS;
	}

	/**
	 * Logs that the bridge does not answer refreshes.
	 *
	 * @param  string $reason Why, and what to do
	 * @return void
	 */
	private static function warn($reason)
	{
		dol_syslog('oauthbridge: Dolibarr refreshes OAuth tokens without the bridge: '.$reason, LOG_WARNING);
	}
}
