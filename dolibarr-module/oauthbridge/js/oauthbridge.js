/* Copyright (C) 2026 the DolibarrOAuthBridge authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

// The status page of the OAuth bridge: dialogs, relative times, and polling for a consent on another device. Without scripts,
// forms do the same by loading the page again.
(function () {
	'use strict';

	var units = [['day', 86400], ['hour', 3600], ['minute', 60], ['second', 1]];

	function describe(seconds, words) {
		var distance = Math.abs(seconds);
		for (var i = 0; i < units.length; i++) {
			if (distance >= units[i][1] || units[i][0] === 'second') {
				return words.format(Math.trunc(seconds / units[i][1]), units[i][0]);
			}
		}
	}

	function showDistances() {
		var language = (document.documentElement.lang || 'en').replace('_', '-');
		var words = new Intl.RelativeTimeFormat(language, { numeric: 'always' });
		document.querySelectorAll('time[data-oauthbridge-distance]').forEach(function (time) {
			var shown = time.nextElementSibling;
			if (!shown || !shown.classList.contains('oauthbridge-distance')) {
				shown = document.createElement('span');
				shown.className = 'oauthbridge-distance';
				time.insertAdjacentElement('afterend', shown);
				time.insertAdjacentText('afterend', ' ');
			}
			var text = '(' + describe((Date.parse(time.dateTime) - Date.now()) / 1000, words) + ')';
			if (shown.textContent !== text) {
				shown.textContent = text;
			}
		});
	}

	function open(dialog) {
		if (typeof dialog.showModal === 'function') {
			dialog.close();
			dialog.showModal();
		}
	}

	function waitForDevice(dialog) {
		var pause = Math.max(1, Number(dialog.dataset.oauthbridgeInterval)) * 1000;
		function ask() {
			var options = { credentials: 'same-origin', cache: 'no-store', headers: { Accept: 'application/json' } };
			fetch(dialog.dataset.oauthbridgePoll, options)
				.then(function (answer) {
					return answer.json();
				})
				.then(function (answer) {
					if (answer.status !== 'pending') {
						window.location.assign(dialog.dataset.oauthbridgeDone.replace(/#.*$/, ''));
					} else {
						window.setTimeout(ask, pause);
					}
				})
				.catch(function () {
					window.setTimeout(ask, 2 * pause); // no JSON: the server is busy, or the user has logged out
				});
		}
		window.setTimeout(ask, pause);
	}

	// The assistant's first step: what a provider cannot do cannot be chosen.
	function fit() {
		var purpose = document.querySelector('input[name=purpose]:checked');
		document.querySelectorAll('input[data-oauthbridge-fits]').forEach(function (radio) {
			radio.disabled = Boolean(purpose) && radio.dataset.oauthbridgeFits.split(' ').indexOf(purpose.value) < 0;
			radio.checked = radio.checked && !radio.disabled;
		});
		document.querySelectorAll('option[data-oauthbridge-fits]').forEach(function (option) {
			option.disabled = Boolean(purpose) && option.dataset.oauthbridgeFits.split(' ').indexOf(purpose.value) < 0;
			if (option.disabled && option.selected) {
				option.parentElement.value = '';
			}
		});
	}

	document.addEventListener('change', function (event) {
		if (event.target.name === 'purpose') {
			fit();
		}
		if (event.target.hasAttribute('data-oauthbridge-submit')) {
			event.target.form.submit();
		}
	});

	document.addEventListener('DOMContentLoaded', function () {
		fit();
		document.querySelectorAll('select[data-oauthbridge-submit] ~ button').forEach(function (button) {
			button.hidden = true; // choosing is enough
		});
		showDistances();
		window.setInterval(showDistances, 1000);
		document.querySelectorAll('dialog.oauthbridge-dialog[open]').forEach(open);
		document.querySelectorAll('dialog[data-oauthbridge-poll]').forEach(waitForDevice);
	});

	document.addEventListener('keydown', function (event) {
		var menu = event.key === 'Escape' ? document.querySelector('details.oauthbridge-menu[open]') : null;
		if (menu) {
			menu.open = false;
			menu.querySelector('summary').focus();
		}
	});

	document.addEventListener('click', function (event) {
		var copier = event.target.closest('[data-oauthbridge-copy]');
		if (copier && navigator.clipboard) {
			navigator.clipboard.writeText(copier.dataset.oauthbridgeCopy).then(function () {
				copier.classList.add('oauthbridge-copied');
			});
		}
		document.querySelectorAll('details.oauthbridge-menu[open]').forEach(function (menu) {
			if (!menu.contains(event.target) || event.target.closest('[data-oauthbridge-open]')) {
				menu.open = false;
			}
		});
		var opener = event.target.closest('[data-oauthbridge-open]');
		if (opener) {
			event.preventDefault();
			open(document.getElementById(opener.dataset.oauthbridgeOpen));
		}
	});
}());
