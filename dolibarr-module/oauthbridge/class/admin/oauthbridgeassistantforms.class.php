<?php
/* Copyright (C) 2026 the DolibarrOAuthBridge authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

/**
 * \file       class/admin/oauthbridgeassistantforms.class.php
 * \ingroup    oauthbridge
 * \brief      The parts of the assistant's forms
 */

require_once __DIR__.'/oauthbridgeassistant.class.php';
require_once __DIR__.'/../../lib/oauthbridge.lib.php';

/**
 * Renders forms, fields and links of the assistant.
 */
abstract class OAuthBridgeAssistantForms
{
	/**
	 * The start of a form.
	 *
	 * @param  string $action A key of OAuthBridgeAssistantActions::ALL
	 * @param  string $class  CSS class
	 * @return string         HTML
	 */
	protected function open($action, $class = 'oauthbridge-form')
	{
		return oauthbridgeOpenForm(dol_buildpath('/oauthbridge/admin/connect.php', 1), array('action' => $action), $class);
	}

	/**
	 * A submit button.
	 *
	 * @param  string $label Key of its label
	 * @return string        HTML
	 */
	protected function submit($label)
	{
		global $langs;

		return '<div class="oauthbridge-buttons"><button type="submit" class="butAction">'.$langs->trans($label).'</button></div>';
	}

	/**
	 * A link to the next step.
	 *
	 * @param  string $step The step
	 * @return string       HTML
	 */
	protected function next($step)
	{
		return $this->link($step, 'Next');
	}

	/**
	 * A link to a step.
	 *
	 * @param  string $step  The step
	 * @param  string $label Key of its label
	 * @return string        HTML
	 */
	protected function link($step, $label)
	{
		global $langs;

		return '<a class="butAction" href="'.dol_escape_htmltag(OAuthBridgeAssistant::url($step)).'">'.$langs->trans($label).'</a>';
	}

	/**
	 * A choice of one.
	 *
	 * @param  string               $name   Name of the field
	 * @param  string               $title  Key of the question
	 * @param  array<string,string> $values HTML by value
	 * @param  string               $chosen The present value
	 * @return string                       HTML
	 */
	protected function radios($name, $title, array $values, $chosen)
	{
		global $langs;

		$html = '<fieldset class="oauthbridge-choices"><legend>'.$langs->trans($title).'</legend>';
		foreach ($values as $value => $label) {
			$html .= '<label><input type="radio" required name="'.$name.'" value="'.$value.'"'.($value === $chosen ? ' checked' : '').'> ';
			$html .= $label.'</label>';
		}
		return $html.'</fieldset>';
	}

	/**
	 * A labelled field.
	 *
	 * @param  string $name       Name of the field
	 * @param  string $label      Key of its label
	 * @param  string $value      Its value, not escaped
	 * @param  string $attributes HTML
	 * @param  string $type       text, password or number
	 * @param  string $group      Start of its id, where a page has several of the name
	 * @return string             HTML
	 */
	protected function field($name, $label, $value, $attributes, $type = 'text', $group = '')
	{
		global $langs;

		$id = 'oauthbridge-'.($group === '' ? '' : $group.'-').$name;
		return '<label for="'.$id.'">'.$langs->trans($label).'</label><input class="flat" type="'.$type.'" id="'.$id.'" name="'.$name.'" '
			.$attributes.' spellcheck="false" autocapitalize="off" autocomplete="off" value="'.dol_escape_htmltag($value).'">';
	}
}
