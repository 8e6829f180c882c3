<?php

/** Double of a user. */
class User
{
	public $id = 0;

	public function __construct($db)
	{
	}
}
