<?php
/* Copyright (C) 2026 the DolibarrOAuthBridge authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

/**
 * \file       class/http/oauthbridgeclassloader.class.php
 * \ingroup    oauthbridge
 * \brief      Puts the bridge between Dolibarr's OAuth library and the providers' token endpoints
 */

/**
 * Supplies the two HTTP clients of Dolibarr's OAuth library as subclasses of the stock ones, so that refreshes can be answered by
 * the bridge while all else runs through stock code. The stock class is loaded from Dolibarr's own file under another name. Where
 * anything is not as expected it steps aside, and Dolibarr's own loader loads the stock class.
 */
class OAuthBridgeClassLoader
{
	/** The library's namespace of HTTP clients. */
	const CLIENTS = 'OAuth\\Common\\Http\\Client\\';

	/** What a stock class is called when a subclass has its name. */
	const STOCK_PREFIX = 'OAuthBridgeStock';

	/** The parameters of retrieveResponse that the subclasses are written for. */
	const PARAMETERS = 'OAuth\\Common\\Http\\Uri\\UriInterface $endpoint, $requestBody, array $extraHeaders, $method';

	/** The module's files that answering a refresh needs. PHP 7.4 ends the run where a required file is missing. */
	const FILES = array(
		'/oauthbridgeclassrenamer.class.php',
		'/oauthbridgerefreshinterceptor.class.php',
		'/oauthbridgeinterceptingclient.trait.php',
		'/../oauthbridgeclient.class.php',
		'/../client/oauthbridgegateway.class.php',
		'/../client/oauthbridgeapi.class.php',
		'/../client/oauthbridgetransport.class.php',
		'/../client/oauthbridgeaddress.class.php',
		'/../client/oauthbridgeexception.class.php',
		'/../client/oauthbridgeunreachableexception.class.php',
	);

	/** @var bool */
	private static $isRegistered = false;

	/**
	 * Registers the loader before all others. Costs a function call per class that is loaded afterwards.
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
	 * Loads one of the two clients; leaves every other class to the next loader.
	 *
	 * @param  string $class Full name of the class
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
			dol_syslog('oauthbridge: Dolibarr refreshes OAuth tokens by itself, since its '.$class.' could not be extended: '.$e->getMessage(), LOG_WARNING);
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
		// Another module may bring a copy of the same library: that is not ours to change.
		if (!in_array(realpath($folder.'/bootstrap.php'), get_included_files(), true) || !is_readable($stockFile)) {
			return;
		}
		foreach (array_merge(self::FILES, array('/'.strtolower($name).'.php')) as $file) {
			if (!is_readable(__DIR__.$file)) {
				dol_syslog('oauthbridge: Dolibarr refreshes OAuth tokens by itself, since '.__DIR__.$file.' is missing. Install the module again.', LOG_WARNING);
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
			dol_syslog('oauthbridge: Dolibarr refreshes OAuth tokens by itself, since its '.$name.' is not as this version of the module knows it', LOG_WARNING);
		}
	}

	/**
	 * Whether a subclass with our method can be declared; declaring one that does not fit would end the run.
	 *
	 * @param  string $stockClass Full name of the renamed stock class
	 * @return bool               Whether it fits
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
}
