<?php
/* Copyright (C) 2026 the DolibarrOAuthBridge authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

/**
 * Doubles of the further functions of Dolibarr's core/lib that the sign-in calls.
 */

if (!function_exists('dol_print_date')) {
	function dol_print_date($time, $format, $zone = '')
	{
		return date(strtr($format, array('%Y' => 'Y', '%m' => 'm', '%d' => 'd')), $time);
	}
}

if (!function_exists('dol_trunc')) {
	function dol_trunc($text, $size = 40, $side = 'right', $encoding = 'UTF-8', $nodot = 0)
	{
		return mb_substr($text, 0, $size, $encoding);
	}
}

if (!function_exists('dol_buildpath')) {
	function dol_buildpath($path, $type = 0)
	{
		return ($type === 3 ? 'https://erp.example.com' : '').'/dolibarr/custom'.$path;
	}
}

if (!function_exists('dol_escape_htmltag')) {
	function dol_escape_htmltag($text)
	{
		return htmlspecialchars((string) $text, ENT_COMPAT, 'UTF-8');
	}
}

if (!function_exists('img_picto')) {
	function img_picto($title, $picto, $attributes = '')
	{
		return '<span class="'.$picto.'" '.$attributes.'></span>';
	}
}

if (!function_exists('img_warning')) {
	function img_warning()
	{
		return img_picto('', 'warning');
	}
}

if (!function_exists('dolGetStatus')) {
	function dolGetStatus($label, $short, $html, $type, $mode)
	{
		return '<span class="badge '.$type.'">'.$label.'</span>';
	}
}

if (!function_exists('newToken')) {
	function newToken()
	{
		return 'the-token';
	}
}

if (!function_exists('GETPOST')) {
	function GETPOST($name, $check = 'alphanohtml', $method = 0)
	{
		if ($method === 2) {
			return isset($_POST[$name]) ? $_POST[$name] : '';
		}
		return isset($_GET[$name]) ? $_GET[$name] : (isset($_POST[$name]) ? $_POST[$name] : '');
	}
}

if (!function_exists('showValueWithClipboardCPButton')) {
	function showValueWithClipboardCPButton($value, $showonlyonhover = 1)
	{
		return dol_escape_htmltag($value);
	}
}

if (!function_exists('getEntity')) {
	function getEntity($element)
	{
		return (string) $GLOBALS['conf']->entity;
	}
}
