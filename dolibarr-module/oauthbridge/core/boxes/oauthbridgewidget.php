<?php
/* Copyright (C) 2026 the DolibarrOAuthBridge authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

/**
 * \file       core/boxes/oauthbridgewidget.php
 * \ingroup    oauthbridge
 * \brief      Widget: the entries that need a person
 */

include_once DOL_DOCUMENT_ROOT.'/core/boxes/modules_boxes.php';

/**
 * Lists the OAuth entries that stay as they are until a person acts, and says so when the bridge does not answer.
 */
class oauthbridgewidget extends ModeleBoxes
{
	/** Timeout in milliseconds: the home page waits no longer for a widget. */
	const TIMEOUT = 1000;

	/** @var string */
	public $boxcode = 'oauthbridge';

	/** @var string */
	public $boximg = 'object_oauthbridge@oauthbridge';

	/** @var string */
	public $boxlabel = 'OAuthBridgeWidget';

	/** @var string[] */
	public $depends = array('oauthbridge');

	/**
	 * @param DoliDB $db    Database handler
	 * @param string $param More parameters
	 */
	public function __construct($db, $param = '')
	{
		global $user;

		$this->db = $db;
		$this->param = $param;
		$this->hidden = !$user->admin && !$user->hasRight('oauthbridge', 'read');
	}

	/**
	 * Loads what the widget shows.
	 *
	 * @param  int $max The most lines to show
	 * @return void
	 */
	public function loadBox($max = 5)
	{
		global $langs;

		$langs->load('oauthbridge@oauthbridge');
		$this->max = $max;
		$this->info_box_head = array('text' => $langs->trans('OAuthBridgeWidgetTitle'), 'limit' => 0);
		$this->info_box_contents = array();
		if ($this->hidden) {
			return;
		}

		dol_include_once('/oauthbridge/class/client/oauthbridgegateway.class.php');
		dol_include_once('/oauthbridge/class/admin/oauthbridgeentrycard.class.php');
		try {
			if (OAuthBridgeGateway::isPaused()) {
				throw new OAuthBridgeUnreachableException('It did not answer a short while ago.');
			}
			$entries = (new OAuthBridgeClient())->getEntries(self::TIMEOUT);
		} catch (OAuthBridgeException $e) {
			$title = $e instanceof OAuthBridgeUnreachableException ? 'OAuthBridgeDown' : 'OAuthBridgeProblem';
			$error = $langs->trans('Error');
			$this->addLine($this->link('', $langs->trans($title)), dolGetStatus($error, $error, '', 'status8', 5));
			return;
		}

		$states = array_filter(array_map(static function ($entry) {
			return new OAuthBridgeEntryState($entry);
		}, $entries), static function ($state) {
			return $state->needsPerson();
		});
		usort($states, static function ($one, $other) {
			return $one->getUrgency() <=> $other->getUrgency();
		});
		foreach (array_slice($states, 0, max(1, $max)) as $state) {
			$entry = (string) $state->get('entry');
			$reason = $state->getReason();
			$line = $this->link($entry, dol_escape_htmltag($entry));
			$line .= $reason === '' ? '' : '<div class="small opacitymedium">'.dol_escape_htmltag($reason).'</div>';
			$this->addLine($line, OAuthBridgeEntryCard::renderBadge($state));
		}
		if (count($states) > max(1, $max)) {
			$this->addLine($this->link('', $langs->trans('OAuthBridgeWidgetMore', count($states) - max(1, $max))), '');
		}
		if (!$this->info_box_contents) {
			$this->addLine('<span class="opacitymedium">'.$langs->trans('OAuthBridgeWidgetAllWell').'</span>', '');
		}
	}

	/**
	 * Shows the widget.
	 *
	 * @param  array<int,mixed>|null $head     Not used: loadBox has loaded it
	 * @param  array<int,mixed>|null $contents Not used: loadBox has loaded them
	 * @param  int                   $nooutput 1: return the HTML without printing it
	 * @return string                          HTML
	 */
	public function showBox($head = null, $contents = null, $nooutput = 0)
	{
		return parent::showBox($this->info_box_head, $this->info_box_contents, $nooutput);
	}

	/**
	 * Adds a line.
	 *
	 * @param  string $text  HTML
	 * @param  string $badge HTML
	 * @return void
	 */
	private function addLine($text, $badge)
	{
		$this->info_box_contents[] = array(
			array('td' => '', 'text' => $text, 'asis' => 1),
			array('td' => 'class="right nowraponall"', 'text' => $badge, 'asis' => 1),
		);
	}

	/**
	 * A link to the status page.
	 *
	 * @param  string $entry Name of the entry to scroll to; empty for the top of the page
	 * @param  string $label HTML
	 * @return string        HTML
	 */
	private function link($entry, $label)
	{
		return '<a href="'.dol_escape_htmltag(oauthbridgeEntriesUrl($entry)).'">'.$label.'</a>';
	}
}
