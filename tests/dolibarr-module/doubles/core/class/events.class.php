<?php
/* Copyright (C) 2026 the DolibarrOAuthBridge authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

/** Double of the security events: keeps them. */
class Events
{
	/** @var string[] What was written */
	public static $written = array();

	public $type;
	public $dateevent;
	public $description;
	public $error = '';

	public function __construct($db)
	{
	}

	public function create($user)
	{
		self::$written[] = $this->type.': '.$this->description;
		return 1;
	}
}
