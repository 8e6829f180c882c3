<?php
/* Copyright (C) 2026 the DolibarrOAuthBridge authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

/**
 * \file       class/client/oauthbridgeexception.class.php
 * \ingroup    oauthbridge
 * \brief      The failure of a call of the bridge
 */

/**
 * The bridge refused, or its answer cannot be used. Neither the message nor any property holds a secret.
 *
 * The problem codes are those of the bridge's API (consent_required, entry_not_found, provider_unavailable, ...) and three of this
 * client: "unreachable" and "impostor" (see OAuthBridgeUnreachableException), and "invalid_answer".
 */
class OAuthBridgeException extends Exception
{
	/** @var string Stable code */
	private $problemCode;

	/** @var int HTTP status of the answer; 0 if there was none */
	private $httpStatus;

	/** @var string|null For identity_rejected, which check failed */
	private $reason;

	/** @var int|null Seconds to wait before asking again, where the bridge says so */
	private $retryAfter;

	/**
	 * @param string      $problemCode Stable code
	 * @param string      $detail      What happened and what to do, in words
	 * @param int         $httpStatus  HTTP status of the answer; 0 if there was none
	 * @param string|null $reason      For identity_rejected, which check failed
	 * @param int|null    $retryAfter  Seconds to wait before asking again
	 */
	public function __construct($problemCode, $detail, $httpStatus = 0, $reason = null, $retryAfter = null)
	{
		parent::__construct($detail);
		$this->problemCode = $problemCode;
		$this->httpStatus = $httpStatus;
		$this->reason = $reason;
		$this->retryAfter = $retryAfter;
	}

	/**
	 * The stable problem code, for programs.
	 *
	 * @return string Code such as consent_required
	 */
	public function getProblemCode()
	{
		return $this->problemCode;
	}

	/**
	 * The HTTP status of the answer.
	 *
	 * @return int Status; 0 if there was no answer
	 */
	public function getHttpStatus()
	{
		return $this->httpStatus;
	}

	/**
	 * What happened and what to do, in the bridge's words (English).
	 *
	 * @return string Text without markup; escape it before it goes into a page
	 */
	public function getDetail()
	{
		return $this->getMessage();
	}

	/**
	 * For identity_rejected, which check failed.
	 *
	 * @return string|null Stable word; null for other codes
	 */
	public function getReason()
	{
		return $this->reason;
	}

	/**
	 * How long to wait before asking again.
	 *
	 * @return int|null Seconds; null where the bridge does not say
	 */
	public function getRetryAfter()
	{
		return $this->retryAfter;
	}
}
