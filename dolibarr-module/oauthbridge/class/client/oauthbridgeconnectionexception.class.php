<?php
/* Copyright (C) 2026 the DolibarrOAuthBridge authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

/**
 * \file       class/client/oauthbridgeconnectionexception.class.php
 * \ingroup    oauthbridge
 * \brief      What went wrong on a connection to the sidecar
 */

/**
 * A connection could not be made, was closed, or brought something that is not an answer. The message is a clause without secrets:
 * "The bridge at ADDRESS does not answer: " and this message make a sentence. Other code sees OAuthBridgeException.
 */
class OAuthBridgeConnectionException extends Exception
{
	/** Error numbers of Linux. */
	const NOT_FOUND = 2;
	const NO_PERMISSION = 13;
	const REFUSED = 111;
	const TIMED_OUT = array(11, 110, 115);

	/** @var bool Whether the time was over */
	public $isTimeout = false;

	/** @var bool Whether the server closed the connection before it sent a byte of the answer */
	public $isUnanswered = false;

	/** @var bool Whether nothing listens at the address */
	public $isNotListening = false;

	/** @var bool Whether something was answered that cannot be used */
	public $isBadAnswer = false;

	/**
	 * The connection could not be made.
	 *
	 * @param  int    $number Error number of the operating system; 0 if there is none
	 * @param  string $text   Its text
	 * @return OAuthBridgeConnectionException The exception
	 */
	public static function forConnect($number, $text)
	{
		switch ($number) {
			case self::REFUSED:
				return self::forNothing(
					'nothing listens there: it is not running, or it listens on another port. '
					.'Another container is reached by its socket only.'
				);
			case self::NOT_FOUND:
				return self::forNothing('there is no such socket: it is not running, or it listens at another path.');
			case self::NO_PERMISSION:
				return new self(
					'the web server may not use the socket. It must belong to the web server\'s group, with mode 0660 (--socket-group).'
				);
			default:
				return in_array($number, self::TIMED_OUT, true) ? self::forTimeout() : new self(rtrim('no connection: '.$text, ': ').'.');
		}
	}

	/**
	 * Nothing listens at the address.
	 *
	 * @param  string $text What that means
	 * @return OAuthBridgeConnectionException The exception
	 */
	private static function forNothing($text)
	{
		$exception = new self($text);
		$exception->isNotListening = true;
		return $exception;
	}

	/**
	 * The time is over.
	 *
	 * @return OAuthBridgeConnectionException The exception
	 */
	public static function forTimeout()
	{
		$exception = new self('it took too long. Its log may say why: journalctl -u dolibarr-oauth-bridge.');
		$exception->isTimeout = true;
		return $exception;
	}

	/**
	 * The server has closed the connection.
	 *
	 * @param  bool $isUnanswered Whether it had not sent a byte of the answer
	 * @return OAuthBridgeConnectionException The exception
	 */
	public static function forEnd($isUnanswered)
	{
		$exception = new self('it closed the connection.');
		$exception->isUnanswered = $isUnanswered;
		return $exception;
	}

	/**
	 * The answer cannot be used.
	 *
	 * @param  string $why What is wrong with it: a clause
	 * @return OAuthBridgeConnectionException The exception
	 */
	public static function forAnswer($why)
	{
		$exception = new self($why);
		$exception->isBadAnswer = true;
		return $exception;
	}

	/**
	 * The answer is too long.
	 *
	 * @param  int $limit Most bytes
	 * @return OAuthBridgeConnectionException The exception
	 */
	public static function forLength($limit)
	{
		return self::forAnswer('it is longer than '.$limit.' bytes');
	}
}
