<?php
/* Copyright (C) 2026 the DolibarrOAuthBridge authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

/**
 * \file       class/admin/oauthbridgeassistantactions.class.php
 * \ingroup    oauthbridge
 * \brief      What the buttons of the assistant do
 */

require_once __DIR__.'/oauthbridgeassistant.class.php';
require_once __DIR__.'/oauthbridgeassistantalso.class.php';
require_once __DIR__.'/oauthbridgeassistantuse.class.php';
require_once __DIR__.'/oauthbridgeconsents.class.php';
require_once __DIR__.'/oauthbridgeentrystate.class.php';
require_once __DIR__.'/../watch/oauthbridgegrantwatch.class.php';
require_once __DIR__.'/../../lib/oauthbridge.lib.php';

/**
 * The assistant's actions. Each ends in a redirect to a step, so that reloading a page repeats nothing.
 */
class OAuthBridgeAssistantActions extends OAuthBridgeAssistantUse
{
	/** The actions: the name that a form sends => the method of this class. */
	const ALL = array(
		'choose' => 'choose',
		'application' => 'saveApplication',
		'connect' => 'connect',
		'connectdevice' => 'connectDevice',
		'connectapp' => 'connectApp',
		'canceldevice' => 'cancelDevice',
		'checksmtp' => 'checkSmtp',
		'checkimap' => 'checkImap',
		'usemail' => 'useMail',
		'undomail' => 'undoMail',
		'usecollector' => 'useCollector',
		'undocollector' => 'undoCollector',
		'also' => 'also',
		'restart' => 'restart',
	);

	/** @var OAuthBridgeClient */
	private $client;

	/** @var OAuthBridgeConsents */
	private $consents;

	/** @var OAuthBridgeAssistant */
	private $assistant;

	/**
	 * @param DoliDB               $db        Database handler
	 * @param OAuthBridgeClient    $client    The bridge
	 * @param OAuthBridgeConsents  $consents  Consents of this session
	 * @param OAuthBridgeAssistant $assistant Writes what was chosen
	 */
	public function __construct($db, OAuthBridgeClient $client, OAuthBridgeConsents $consents, OAuthBridgeAssistant $assistant)
	{
		parent::__construct($db);
		$this->client = $client;
		$this->consents = $consents;
		$this->assistant = $assistant;
	}

	/**
	 * Runs an action. Its failure is shown on the next page.
	 *
	 * @param  string $action A key of ALL
	 * @param  string $step   The step that it belongs to
	 * @return string         Address to redirect the browser to
	 */
	public function run($action, $step)
	{
		try {
			return $this->{self::ALL[$action]}();
		} catch (OAuthBridgeException $e) {
			oauthbridgeShowProblem($e);
			return OAuthBridgeAssistant::url($step);
		}
	}

	/**
	 * Keeps purpose and provider, and proposes a label that is free.
	 *
	 * @return string The next step
	 */
	private function choose()
	{
		global $langs;

		$purpose = GETPOST('purpose', 'aZ09');
		$provider = GETPOST('provider', 'aZ09');
		if (!in_array($purpose, OAuthBridgeAssistant::PURPOSES, true) || !isset(OAuthBridgeAssistant::PROVIDERS[$provider])) {
			return OAuthBridgeAssistant::url('choose');
		}
		$preset = GETPOST('preset', 'aZ09');
		$preset = $provider === 'GENERIC' && isset(OAuthBridgePresets::ALL[$preset]) ? $preset : '';
		if (OAuthBridgeAssistant::scopes($provider, $purpose, $preset) === null) {
			OAuthBridgeAssistant::remember(array('purpose' => $purpose));
			$key = 'OAuthBridgePurpose_'.$purpose;
			$name = $preset === '' ? OAuthBridgeAssistant::PROVIDERS[$provider]['name'] : OAuthBridgePresets::ALL[$preset]['name'];
			setEventMessages($langs->trans('OAuthBridgeCannot', $name, $langs->trans($key)), null, 'errors');
			return OAuthBridgeAssistant::url('choose');
		}
		$state = OAuthBridgeAssistant::state();
		if ($state['purpose'] !== $purpose || $state['provider'] !== $provider || $state['preset'] !== $preset) {
			OAuthBridgeAssistant::propose($purpose, $provider, $preset);
			if ($state['preset'] !== $preset) {
				$urls = $preset === '' ? array() : OAuthBridgePresets::ALL[$preset]['urls'];
				OAuthBridgeAssistant::remember(array('url' => $urls[0] ?? ''));
			}
			unset($_SESSION[self::CHECKS]);
		}
		return OAuthBridgeAssistant::url('application');
	}

	/**
	 * Writes the entry. One that exists is used as it is, unless the box to replace its settings is ticked.
	 *
	 * @return string The next step; the same one where something is wrong
	 */
	private function saveApplication()
	{
		global $langs;

		$state = OAuthBridgeAssistant::state();
		if (!isset(OAuthBridgeAssistant::PROVIDERS[$state['provider']])) {
			return OAuthBridgeAssistant::url('choose');
		}
		$values = array('label' => $state['purpose'] === 'login' ? 'Login' : trim(GETPOST('label', 'alphanohtml')));
		foreach (array('client_id', 'tenant', 'url', 'scopes') as $name) {
			$values[$name] = trim(GETPOST($name, 'alphanohtml'));
		}
		$stored = OAuthBridgeAssistant::find($state['provider'].'-'.$values['label']);
		$values['entry'] = $stored === '' ? $state['provider'].'-'.$values['label'] : $stored; // written over under its own name only
		OAuthBridgeAssistant::remember($values);
		$values += $state;
		$secret = trim(GETPOST('client_secret', 'none'));
		$secret = $secret === '' ? OAuthBridgeAssistantAlso::secretFor($values) : $secret;
		$next = OAuthBridgeAssistant::url($state['purpose'] === 'login' ? 'use' : 'connect');
		$isReserved = $state['purpose'] !== 'login' && strcasecmp($values['label'], OAuthBridgeEntryState::LOGIN_LABEL) === 0;
		$isKept = GETPOST('replace', 'alpha') !== '1' && !OAuthBridgeAssistant::isBegun($values['entry'], $secret);
		if ($stored !== '' && $isKept && !$isReserved) {
			setEventMessages($langs->trans('OAuthBridgeEntryReused', dol_escape_htmltag($values['entry'])), null, 'warnings');
			return $next;
		}
		$errors = $isReserved ? array('label_login') : OAuthBridgeAssistant::findErrors($values, $secret);
		if (!$errors && !$this->assistant->writeEntry($values, $secret)) {
			setEventMessages('', array(dol_escape_htmltag($this->db->lasterror())), 'errors');
			return OAuthBridgeAssistant::url('application');
		}
		if ($errors) {
			setEventMessages('', array_map(static function ($error) use ($langs) {
				$key = 'OAuthBridgeWrong_'.$error;
				return $langs->trans($key);
			}, $errors), 'errors');
			return OAuthBridgeAssistant::url('application');
		}
		return $next;
	}

	/**
	 * Sends the browser to the provider; it comes back to the assistant.
	 *
	 * @return string The provider's page
	 * @throws OAuthBridgeException
	 */
	private function connect()
	{
		$url = $this->consents->beginCode(OAuthBridgeAssistant::state()['entry'], OAuthBridgeConsents::readOptions());
		unset($_SESSION[self::CHECKS]); // another account may come back
		OAuthBridgeAssistant::remember(array('awaits' => '1'));
		return $url;
	}

	/**
	 * Begins a consent on another device.
	 *
	 * @return string The same step, which shows the code
	 * @throws OAuthBridgeException
	 */
	private function connectDevice()
	{
		$this->consents->beginDevice(OAuthBridgeAssistant::state()['entry'], OAuthBridgeConsents::readOptions());
		unset($_SESSION[self::CHECKS]);
		return OAuthBridgeAssistant::url('connect', array('device' => '1'));
	}

	/**
	 * Stops waiting for another device.
	 *
	 * @return string The same step
	 */
	private function cancelDevice()
	{
		$this->consents->forgetDevice(OAuthBridgeAssistant::state()['entry']);
		return OAuthBridgeAssistant::url('connect');
	}

	/**
	 * Gets a token for an entry that acts for itself (RFC 6749, section 4.4).
	 *
	 * @return string The same step
	 * @throws OAuthBridgeException
	 */
	private function connectApp()
	{
		$binding = bin2hex(random_bytes(32)); // the API wants one in every flow
		$options = array('flow' => 'client_credentials', 'session_binding' => $binding);
		$entry = OAuthBridgeAssistant::state()['entry'];
		$this->client->beginConsent($entry, $options);
		(new OAuthBridgeGrantWatch($this->db))->noteLife($entry);
		unset($_SESSION[self::CHECKS]);
		return OAuthBridgeAssistant::url('connect');
	}

	/**
	 * Begins a second entry with the same application.
	 *
	 * @return string Its step about the application; the same step where there is nothing to begin
	 */
	private function also()
	{
		if (!OAuthBridgeAssistantAlso::begin(OAuthBridgeAssistant::state())) {
			return OAuthBridgeAssistant::url('use');
		}
		unset($_SESSION[self::CHECKS]);
		return OAuthBridgeAssistant::url('application');
	}

	/**
	 * Forgets what was chosen. What was written stays.
	 *
	 * @return string The first step
	 */
	private function restart()
	{
		unset($_SESSION[OAuthBridgeAssistant::SESSION], $_SESSION[self::CHECKS]);
		return OAuthBridgeAssistant::url('choose');
	}

	/**
	 * Logs in to the SMTP server; sends a test mail where the form names a recipient.
	 *
	 * @return string The same step, which shows the result
	 * @throws OAuthBridgeException
	 */
	private function checkSmtp()
	{
		$recipient = trim(GETPOST('send_to', 'alphanohtml'));
		$server = OAuthBridgeMailServers::readForm() + ($recipient === '' ? array() : array('send_to' => $recipient));
		return $this->keep('smtp', $this->client->checkSmtp(OAuthBridgeAssistant::state()['entry'], $server));
	}

	/**
	 * Logs in to the IMAP server.
	 *
	 * @return string The same step, which shows the result
	 * @throws OAuthBridgeException
	 */
	private function checkImap()
	{
		return $this->keep('imap', $this->client->checkImap(OAuthBridgeAssistant::state()['entry'], OAuthBridgeMailServers::readForm()));
	}
}
