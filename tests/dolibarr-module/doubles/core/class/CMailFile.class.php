<?php
/* Copyright (C) 2026 the DolibarrOAuthBridge authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

/** Double of Dolibarr's mail: it notes what it would send, and by which settings. */
class CMailFile
{
	/** @var array<int,array{mode:string,server:string,auth:string,to:string,subject:string,text:string}> */
	public static $sent = array();

	/** @var string[] Send modes with their servers, and recipients, that fail */
	public static $broken = array();

	public $error = '';

	public $errors = array();

	private $mail;

	public function __construct(
		$subject,
		$to,
		$from,
		$msg,
		$filename_list = array(),
		$mimetype_list = array(),
		$mimefilename_list = array(),
		$addr_cc = '',
		$addr_bcc = '',
		$deliveryreceipt = 0,
		$msgishtml = 0,
		$errors_to = '',
		$css = '',
		$trackid = '',
		$moreinheader = '',
		$sendcontext = 'standard'
	) {
		$suffix = '_'.strtoupper($sendcontext);
		$hasOwn = !in_array(getDolGlobalString('MAIN_MAIL_SENDMODE'.$suffix), array('', 'default'), true);
		$suffix = $hasOwn ? $suffix : '';
		$this->mail = array(
			'mode' => getDolGlobalString('MAIN_MAIL_SENDMODE'.$suffix, 'mail'),
			'server' => getDolGlobalString('MAIN_MAIL_SMTP_SERVER'.$suffix),
			'auth' => getDolGlobalString('MAIN_MAIL_SMTPS_AUTH_TYPE'),
			'to' => $to,
			'subject' => $subject,
			'text' => $msg,
		);
	}

	public function sendfile()
	{
		if (count(explode(',', $this->mail['to'])) + 2 > 10) { // as Dolibarr counts: an empty cc: and an empty bcc: are one each
			$this->error = 'Too much recipients in to:, cc:, bcc:';
			return false;
		}
		if (in_array($this->mail['mode'].' '.$this->mail['server'], self::$broken, true) || in_array($this->mail['to'], self::$broken, true)) {
			$this->error = 'broken';
			return false;
		}
		self::$sent[] = $this->mail;
		return true;
	}
}
