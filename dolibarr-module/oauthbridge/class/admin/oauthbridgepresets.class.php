<?php
/* Copyright (C) 2026 the DolibarrOAuthBridge authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

/**
 * \file       class/admin/oauthbridgepresets.class.php
 * \ingroup    oauthbridge
 * \brief      The servers that the bridge knows by the host of a Generic entry's URL
 */

/**
 * What the assistant proposes for these servers. The bridge itself goes by the URL only.
 */
class OAuthBridgePresets
{
	/** Mail and sign-in at Yahoo and AOL. */
	const YAHOO = array(
		'send' => 'mail-w',
		'collect' => 'mail-r',
		'both' => 'mail-w',
		'login' => 'openid,email,profile',
	);

	/**
	 * By the value in the form: name; URLs, of which the first is proposed; where applications are registered; how the host name begins
	 * where everybody has a server of their own (then there is no URL to propose); the scopes by purpose, empty where only the server's
	 * own pages name them. What it has no scopes for, it cannot be chosen for.
	 */
	const ALL = array(
		'zoho' => array(
			'name' => 'Zoho',
			'urls' => array(
				'https://accounts.zoho.com', 'https://accounts.zoho.eu', 'https://accounts.zoho.in', 'https://accounts.zoho.com.au',
				'https://accounts.zoho.jp', 'https://accounts.zoho.sa', 'https://accounts.zoho.uk', 'https://accounts.zoho.com.cn',
				'https://accounts.zohocloud.ca',
			),
			'console' => 'https://api-console.zoho.com/',
			'begins' => '',
			'scopes' => array('collect' => 'ZOHOMAIL.PROTOCOL.IMAP', 'api' => ''), // Zoho takes no token for sending
		),
		'yahoo' => array(
			'name' => 'Yahoo',
			'urls' => array('https://api.login.yahoo.com'),
			'console' => 'https://developer.yahoo.com/apps/',
			'begins' => '',
			'scopes' => self::YAHOO,
		),
		'aol' => array(
			'name' => 'AOL',
			'urls' => array('https://api.login.aol.com'),
			'console' => 'https://developer.yahoo.com/apps/',
			'begins' => '',
			'scopes' => self::YAHOO,
		),
		'yandex' => array(
			'name' => 'Yandex',
			'urls' => array('https://oauth.yandex.com', 'https://oauth.yandex.ru'),
			'console' => 'https://oauth.yandex.com/client/new',
			'begins' => '',
			'scopes' => array('send' => 'mail:smtp', 'collect' => 'mail:imap_full', 'both' => 'mail:smtp,mail:imap_full'),
		),
		'mailru' => array(
			'name' => 'Mail.ru',
			'urls' => array('https://oauth.mail.ru', 'https://o2.mail.ru'),
			'console' => 'https://oauth.mail.ru/app/',
			'begins' => '',
			'scopes' => array( // the one is granted with the other only
				'send' => 'userinfo,mail.imap', 'collect' => 'userinfo,mail.imap', 'both' => 'userinfo,mail.imap',
			),
		),
		'fastmail' => array(
			'name' => 'Fastmail',
			'urls' => array('https://api.fastmail.com'),
			'console' => '',
			'begins' => '',
			'scopes' => array(
				'send' => 'https://www.fastmail.com/dev/protocol-smtp',
				'collect' => 'https://www.fastmail.com/dev/protocol-imap',
				'both' => 'https://www.fastmail.com/dev/protocol-smtp,https://www.fastmail.com/dev/protocol-imap',
			),
		),
		'nextcloud' => array(
			'name' => 'Nextcloud',
			'urls' => array(),
			'console' => '',
			'begins' => 'nextcloud.',
			'scopes' => array('api' => 'all'), // it knows no scopes, and takes any
		),
		'gitlab' => array(
			'name' => 'GitLab',
			'urls' => array('https://gitlab.com'),
			'console' => 'https://gitlab.com/-/user_settings/applications',
			'begins' => 'gitlab.',
			'scopes' => array('login' => 'openid,email,profile', 'api' => 'read_user'),
		),
		'mastodon' => array(
			'name' => 'Mastodon',
			'urls' => array('https://mastodon.social', 'https://mastodon.online'),
			'console' => 'https://mastodon.social/settings/applications',
			'begins' => 'mastodon.',
			'scopes' => array('api' => 'read,write'),
		),
	);

	/**
	 * The list to choose from, below the providers.
	 *
	 * @param  string $chosen A key of ALL; empty for another server
	 * @return string         HTML
	 */
	public static function renderChoice($chosen)
	{
		global $langs;

		$html = '<p class="oauthbridge-presets"><label for="oauthbridge-preset">'.$langs->trans('OAuthBridgeWhichServer').'</label> ';
		$html .= '<select class="flat" id="oauthbridge-preset" name="preset">';
		$html .= '<option value="">'.$langs->trans('OAuthBridgeOtherServer').'</option>';
		foreach (self::ALL as $key => $preset) {
			$html .= '<option value="'.$key.'" data-oauthbridge-fits="'.implode(' ', array_keys($preset['scopes'])).'"';
			$html .= ($key === $chosen ? ' selected' : '').'>'.dol_escape_htmltag($preset['name']).'</option>';
		}
		return $html.'</select></p>';
	}

	/**
	 * What is known of the chosen server: where to register the application, and which address the bridge knows it by.
	 *
	 * @param  string $chosen A key of ALL; empty for another server
	 * @return string         HTML; empty for another server
	 */
	public static function renderHints($chosen)
	{
		global $langs;

		if (!isset(self::ALL[$chosen])) {
			return '';
		}
		$preset = self::ALL[$chosen];
		$html = '<p>'.$langs->trans('OAuthBridgePresetKnown', dol_escape_htmltag($preset['name']));
		if ($preset['begins'] !== '') {
			$html .= ' '.$langs->trans('OAuthBridgePresetHost', dol_escape_htmltag($preset['begins']));
		}
		if (in_array('', $preset['scopes'], true)) {
			$html .= ' '.$langs->trans('OAuthBridgePresetScopes', dol_escape_htmltag($preset['name']));
		}
		$html .= '</p>';
		if ($preset['console'] !== '') {
			$html .= '<p><a target="_blank" rel="noopener noreferrer" href="'.dol_escape_htmltag($preset['console']).'">';
			$html .= oauthbridgeBreakable($preset['console']).'</a></p>';
		}
		return $html;
	}

	/**
	 * The addresses of the chosen server, as proposals for the field.
	 *
	 * @param  string $chosen A key of ALL; empty for another server
	 * @return string         HTML: a datalist with the id oauthbridge-urls; empty where there is no choice
	 */
	public static function renderUrls($chosen)
	{
		$urls = isset(self::ALL[$chosen]) ? self::ALL[$chosen]['urls'] : array();
		if (count($urls) < 2) {
			return '';
		}
		return '<datalist id="oauthbridge-urls"><option value="'.implode('"></option><option value="', $urls).'"></option></datalist>';
	}
}
