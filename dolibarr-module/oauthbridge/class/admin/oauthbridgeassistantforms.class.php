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
	 * @param  array<string,string> $fits   Values of the other choice that go with each value, separated by spaces; for the script
	 * @return string                       HTML
	 */
	protected function radios($name, $title, array $values, $chosen, array $fits = array())
	{
		global $langs;

		$html = '<fieldset class="oauthbridge-choices"><legend>'.$langs->trans($title).'</legend>';
		foreach ($values as $value => $label) {
			$data = isset($fits[$value]) ? ' data-oauthbridge-fits="'.$fits[$value].'"' : '';
			$data .= $value === $chosen ? ' checked' : '';
			$html .= '<label><input type="radio" required name="'.$name.'" value="'.$value.'"'.$data.'> ';
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
	 * @param  string $type       text, password, email or number
	 * @param  string $group      Start of its id, where a page has several of the name
	 * @param  string $hint       Key of a text that says what the field accepts; empty for none
	 * @return string             HTML
	 */
	protected function field($name, $label, $value, $attributes, $type = 'text', $group = '', $hint = '')
	{
		global $langs;

		$id = 'oauthbridge-'.($group === '' ? '' : $group.'-').$name;
		$html = '<label for="'.$id.'">'.$langs->trans($label).'</label><input class="flat" type="'.$type.'" id="'.$id.'" name="'.$name.'" ';
		$html .= $attributes.($hint === '' ? '' : ' aria-describedby="'.$id.'-hint"');
		$html .= ' spellcheck="false" autocapitalize="off" autocomplete="off" value="'.dol_escape_htmltag($value).'">';
		return $html.($hint === '' ? '' : '<small class="oauthbridge-hint" id="'.$id.'-hint">'.$langs->trans($hint).'</small>');
	}

	/**
	 * A table of what changes.
	 *
	 * @param  array<string,array{0:string,1:string}> $changes Value now and then, by name
	 * @return string                                          HTML
	 */
	protected function renderTable(array $changes)
	{
		global $langs;

		$rows = '';
		foreach ($changes as $name => list($now, $then)) {
			$rows .= '<tr class="oddeven"><td>'.dol_escape_htmltag($name).'</td><td>'.dol_escape_htmltag($now).'</td>';
			$rows .= '<td>'.dol_escape_htmltag($then).'</td></tr>';
		}
		return '<div class="div-table-responsive" tabindex="0"><table class="noborder centpercent"><tr class="liste_titre">'
			.'<th scope="col">'.$langs->trans('OAuthBridgeSetting').'</th><th scope="col">'.$langs->trans('OAuthBridgeNow').'</th>'
			.'<th scope="col">'.$langs->trans('OAuthBridgeThen').'</th></tr>'.$rows.'</table></div>';
	}
}
