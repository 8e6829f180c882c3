<?php
/* Copyright (C) 2026 the DolibarrOAuthBridge authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

/**
 * \file       class/client/oauthbridgeunreachableexception.class.php
 * \ingroup    oauthbridge
 * \brief      The bridge does not answer
 */

require_once __DIR__.'/oauthbridgeexception.class.php';

/**
 * The sidecar is not running, does not answer in time, its address in the setup is invalid, or what listens there is not the bridge.
 * Dolibarr's own code can go on without it. The problem code is "unreachable" or "impostor".
 */
class OAuthBridgeUnreachableException extends OAuthBridgeException
{
	/** @var bool Whether it was asked and the time was over */
	public $isTimeout = false;

	/** @var bool Whether it was given little time, so that it may be busy only: whoever has more patience still asks it */
	public $isHasty = false;

	/** @var string Why it does not answer, where that is known: not_listening, timeout, no_sockets or bad_address */
	public $cause = '';

	/**
	 * @param string $detail      What happened and what to do, in words
	 * @param string $problemCode unreachable or impostor
	 * @param string $cause       See the property
	 */
	public function __construct($detail, $problemCode = 'unreachable', $cause = '')
	{
		parent::__construct($problemCode, $detail);
		$this->cause = $cause;
	}
}
