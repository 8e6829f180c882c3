<?php
/* Copyright (C) 2026 the DolibarrOAuthBridge authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

/** Double of the base class of triggers. */
abstract class DolibarrTriggers
{
	public $name;
	public $family;
	public $description;
	public $version;
	public $picto;
	protected $db;
}
