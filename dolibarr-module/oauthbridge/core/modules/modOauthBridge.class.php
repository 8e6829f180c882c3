<?php
/* Copyright (C) 2026 the DolibarrOAuthBridge authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

/**
 * \defgroup   oauthbridge     Module OAuthBridge
 * \brief      Fresh OAuth 2 tokens for Dolibarr's mail and sign-in, kept by the sidecar dolibarr-oauth-bridge
 * \file       core/modules/modOauthBridge.class.php
 * \ingroup    oauthbridge
 * \brief      Description and activation file for module OAuthBridge
 *
 * This file uses the syntax of old PHP releases, so that these can load it and say that they are too old.
 */

include_once DOL_DOCUMENT_ROOT.'/core/modules/DolibarrModules.class.php';

/**
 * Description and activation class for module OAuthBridge
 */
class modOauthBridge extends DolibarrModules
{
	/**
	 * Declares what the module adds to Dolibarr.
	 *
	 * @param DoliDB $db Database handler
	 */
	public function __construct($db)
	{
		$this->db = $db;
		$this->numero = 502765;
		$this->rights_class = 'oauthbridge';
		$this->family = 'interface';
		$this->module_position = '90';
		$this->name = preg_replace('/^mod/i', '', get_class($this));
		$this->description = 'ModuleOauthBridgeDesc';
		$this->descriptionlong = 'ModuleOauthBridgeDesc';
		$this->editor_name = 'DolibarrOAuthBridge';
		$this->version = '0.1.0';
		$this->const_name = 'MAIN_MODULE_'.strtoupper($this->name);
		$this->picto = 'oauthbridge@oauthbridge';

		$this->langfiles = array('oauthbridge@oauthbridge');
		$this->config_page_url = array('setup.php@oauthbridge');
		$this->dirs = array();
		$this->depends = array();
		$this->requiredby = array();
		$this->conflictwith = array();
		$this->phpmin = array(7, 4);
		$this->need_dolibarr_version = array(17, 0);
		$this->const = array();

		$this->module_parts = array(
			'login' => 1,
			'triggers' => 1,
			'hooks' => array('mail', 'mainloginpage', 'toprightmenu'),
		);

		// Beside Dolibarr's own tabs "OAuth services" and "Token manager"; and on the user card
		$this->tabs = array(
			array('data' => 'oauthadmin:+oauthbridge:OAuthBridgeTab:oauthbridge@oauthbridge:$user->admin:/oauthbridge/admin/entries.php'),
			array('data' => 'user:+oauthbridge:OAuthBridgeSignIn:oauthbridgelogin@oauthbridge'
				.':$user->admin || $user->id == $object->id:/oauthbridge/usersignin.php?id=__ID__'),
		);

		$this->boxes = array(
			array('file' => 'oauthbridgewidget.php@oauthbridge', 'note' => '', 'enabledbydefaulton' => 'Home'),
		);

		$this->cronjobs = array(
			array(
				'label' => 'OAuthBridgeKeepAlive:oauthbridge@oauthbridge',
				'jobtype' => 'method',
				'class' => '/oauthbridge/class/watch/oauthbridgecron.class.php',
				'objectname' => 'OAuthBridgeCron',
				'method' => 'keepAlive',
				'parameters' => '',
				'comment' => 'Refreshes tokens that are about to expire and reports grants that have ended',
				'frequency' => 1,
				'unitfrequency' => 3600,
				'priority' => 50,
				'status' => 1,
				'test' => '1', // disabling the module removes the job
			),
		);

		$this->rights = array(
			array(
				0 => $this->numero.'01',
				1 => 'See the state of OAuth tokens',
				2 => 'r',
				3 => 0,
				4 => 'read',
				5 => '',
			),
		);
		// For users who may not open Dolibarr's setup pages, where the tab is
		$this->menu = array(
			array(
				'fk_menu' => 'fk_mainmenu=tools',
				'type' => 'left',
				'titre' => 'OAuthBridgeTab',
				'mainmenu' => 'tools',
				'leftmenu' => 'oauthbridge',
				'url' => '/oauthbridge/admin/entries.php',
				'langs' => 'oauthbridge@oauthbridge',
				'position' => 1000,
				'enabled' => 'isModEnabled("oauthbridge")',
				'perms' => '$user->admin || $user->hasRight("oauthbridge", "read")',
				'target' => '',
				'user' => 0,
			),
		);
	}

	/**
	 * Enables the module: creates its tables, the API key and the entry in LOCAL_CONSTS_FILES, and adds what the constructor declares.
	 * Repeatable.
	 *
	 * @param  string $options Options when enabling module ('', 'noboxes')
	 * @return int             1 if OK, 0 or less if KO, then $this->error says why
	 */
	public function init($options = '')
	{
		global $langs;

		$langs->load('oauthbridge@oauthbridge');
		$this->error = $this->findObstacle();
		if ($this->error !== '') {
			return -1;
		}

		require_once __DIR__.'/../../class/admin/oauthbridgeinstallation.class.php';
		$installation = new OAuthBridgeInstallation($this->db);
		$folder = $this->db->type === 'pgsql' ? '/oauthbridge/sql/pgsql/' : '/oauthbridge/sql/';
		if ($this->_load_tables($folder) <= 0 || $installation->findMissingTables()) {
			$this->error = $langs->trans('OAuthBridgeTablesMissing', implode(', ', $installation->findMissingTables()));
			return -1;
		}

		// Remove what an older version of the module declared: Dolibarr does not update it.
		$this->delete_tabs();
		$this->delete_module_parts();
		if ($this->_init(array(), $options) <= 0) {
			return 0;
		}
		if (!$installation->install()) {
			$this->error = $installation->error;
			$this->_remove(array(), $options);
			return -1;
		}
		require_once __DIR__.'/../../class/login/oauthbridgeownaddresses.class.php';
		OAuthBridgeOwnAddresses::moveOld($this->db);
		// The list of modules links one page of each module only: the assistant is linked in the message.
		$link = '<a href="'.dol_escape_htmltag(dol_buildpath('/oauthbridge/admin/connect.php', 1)).'">';
		setEventMessages($langs->trans('OAuthBridgeEnabled').' '.$link.$langs->trans('OAuthBridgeAssistant').'</a>', null, 'mesgs');
		return 1;
	}

	/**
	 * Disables the module: removes what enabling added. Tokens, the bridge's tables and the settings are kept. Repeatable.
	 *
	 * @param  string $options Options when disabling module ('', 'noboxes')
	 * @return int             1 if OK, 0 or less if KO, then $this->error says why
	 */
	public function remove($options = '')
	{
		global $langs;

		require_once __DIR__.'/../../class/admin/oauthbridgeinstallation.class.php';
		require_once __DIR__.'/../../lib/oauthbridgelogin.lib.php';
		$installation = new OAuthBridgeInstallation($this->db);
		if (!$installation->uninstall()) {
			$this->error = $installation->error;
			return -1;
		}
		$result = $this->_remove(array(), $options);
		if ($result > 0) {
			$langs->load('oauthbridge@oauthbridge');
			setEventMessages($langs->trans('OAuthBridgeDisabled'), null, 'mesgs');
			if (oauthbridgeLoginIsInConf()) {
				setEventMessages($langs->trans('OAuthBridgeDisabledButInConf'), null, 'warnings');
			}
		}
		return $result;
	}

	/**
	 * Why the module cannot work in this Dolibarr.
	 *
	 * @return string Text in the user's language; empty if it can
	 */
	private function findObstacle()
	{
		global $langs;

		if (versioncompare(versionphparray(), $this->phpmin) < 0) {
			return $langs->trans('OAuthBridgeNeedsPhp', versiontostring($this->phpmin), PHP_VERSION);
		}
		if (versioncompare(versiondolibarrarray(), $this->need_dolibarr_version) < 0) {
			return $langs->trans('OAuthBridgeNeedsDolibarr', $this->need_dolibarr_version[0], DOL_VERSION);
		}
		if (!in_array($this->db->type, array('mysqli', 'pgsql'), true)) {
			return $langs->trans('OAuthBridgeNeedsDatabase', $this->db->type);
		}
		if (!function_exists('stream_socket_client')) {
			return $langs->trans('OAuthBridgeNeedsSockets');
		}
		return '';
	}
}
