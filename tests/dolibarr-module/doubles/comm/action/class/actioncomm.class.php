<?php
/* Copyright (C) 2026 the DolibarrOAuthBridge authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

/** Double of the agenda's events: keeps them. */
class ActionComm
{
	/** @var string[] What was written */
	public static $written = array();

	public $type_code;
	public $code;
	public $label;
	public $note_private;
	public $datep;
	public $datef;
	public $percentage;
	public $userownerid;
	public $error = '';

	public function __construct($db)
	{
	}

	public function create($user, $notrigger = 0)
	{
		self::$written[] = $this->code.' of user '.$this->userownerid.': '.$this->label;
		return 1;
	}
}
