# SPDX-License-Identifier: GPL-3.0-or-later
# What guest.sh is told with: names, checks, and what the administrator, the web server and the provider do.

NAME=dolibarr-oauth-bridge
SETTINGS=/etc/$NAME/bridge.json
STATE=/var/lib/$NAME
SOCKET=/run/$NAME/bridge.sock
CONF=/var/www/dolibarr/htdocs/conf/conf.php
ENTRY=GENERIC-Mail
PROVIDER=/srv/provider
INSTANCE_KEY=0123456789abcdef0123456789abcdef
passed=0
failed=0

# check NAME COMMAND...: runs it; its output is shown only if it fails.
check() {
	local what=$1 said
	shift
	if said=$("$@" 2>&1); then
		echo "ok      $what"
		passed=$((passed + 1))
	else
		echo "FAILED  $what"
		sed 's/^/          /' <<<"$said" | tail -n 15
		failed=$((failed + 1))
	fi
}

says() { # says TEXT COMMAND...: whatever its status, its output has the text
	local text=$1 said
	shift
	said=$("$@" 2>&1)
	grep -qF -- "$text" <<<"$said" || { echo "not said: $text"; echo "$said"; return 1; }
}

fails_with() { # fails_with STATUS COMMAND...
	local wanted=$1 status=0
	shift
	"$@" || status=$?
	[ "$status" -eq "$wanted" ] || { echo "status $status instead of $wanted"; return 1; }
}

is() { [ "$1" = "$2" ] || { echo "'$1' instead of '$2'"; return 1; }; }
not() { ! "$@"; }

soon() { # soon COMMAND...: within twenty seconds
	local said= _
	for _ in $(seq 100); do
		said=$("$@" 2>&1) && return 0
		sleep 0.2
	done
	echo "$said"
	return 1
}

section() { echo; echo "# $1"; }
as() { local user=$1; shift; runuser -u "$user" -- "$@"; }
by_socket() { as www-data curl -sS --max-time 40 --unix-socket $SOCKET -H "Authorization: Bearer $API_KEY" "$@"; }
ready() { is "$(curl -s -o /dev/null -w '%{http_code}' --max-time 5 http://127.0.0.1:8765/readyz)" "${1:-200}"; }
refresh_by_socket() { by_socket -X POST "http://localhost/v1/entries/$ENTRY/token/refresh"; }
has_newest() { grep -qF "\"access_token\":\"$(cat $PROVIDER/access)\"" || { echo "not the provider's newest token"; return 1; }; }
granted() { wc -l <$PROVIDER/granted; }
journal_files() { find $STATE -name '*.refresh' | wc -l; }
main_pid() { systemctl show --property MainPID --value $NAME; }
is_active() { systemctl is-active --quiet "$1" || { systemctl status --no-pager "$1"; return 1; }; }
listens_nobody() { [ "$(curl -s -o /dev/null -w '%{http_code}' --max-time 5 http://127.0.0.1:8765/readyz)" = 000 ]; }
stop_database() { systemctl stop mariadb.socket mariadb-extra.socket mariadb 2>/dev/null; }
start_database() { systemctl start mariadb && soon mariadb -e 'SELECT 1' >/dev/null; }
next_answer_takes() { echo "$1" >$PROVIDER/delay; chmod 666 $PROVIDER/delay; }
log() { journalctl --no-pager --quiet --unit $NAME --since "$since"; }
logged() { log | grep -qF -- "$1" || { log; return 1; }; }
connections_of() { mariadb -N -e "SELECT COUNT(*) FROM information_schema.processlist WHERE user = '$1'"; }
left_behind() {
	find / -xdev \( -path /proc -o -path /srv -o -path /sys -o -path /var/lib/mysql \) -prune -o -name '*oauth*bridge*' -print
	find /run -name '*oauth*bridge*'
}

begin_callers() { # callers that come without a pause; end_callers ends them, and /tmp/refused has a line for each that was refused
	rm -f /tmp/enough
	: >/tmp/refused
	(while [ ! -e /tmp/enough ]; do curl -s -o /dev/null --max-time 20 http://127.0.0.1:8765/healthz || echo refused >>/tmp/refused; done) &
	callers=$!
}

end_callers() {
	touch /tmp/enough
	wait $callers
}

systemd_since() { [ "$(systemctl --version | sed -n '1s/[^ ]* \([0-9]*\).*/\1/p')" -ge "$1" ]; }
stops_sockets() { systemd_since 249; } # PropagatesStopTo
finds_credentials() { systemd_since 252; } # in /etc/credstore by their name
exposure() { systemd-analyze security --no-pager $NAME.service | sed -n 's/.*Overall exposure level.*: \([0-9]*\)\.\([0-9]\).*/\1\2/p'; }

# The row is right when a stored token is served without asking the provider, and when the next refresh goes well.
refresh_goes_well() {
	local before said
	before=$(granted)
	said=$(refresh_by_socket)
	has_newest <<<"$said" || { echo "$said"; return 1; }
	is "$(granted)" $((before + 1)) && [ ! -e $PROVIDER/reused ]
}

until_granted() { # waits until the provider has begun the answer after this many
	local _
	for _ in $(seq 100); do
		[ "$(granted)" -gt "$1" ] && return 0
		sleep 0.1
	done
	return 1
}

write_conf() { # write_conf PATH PASSWORD
	mkdir -p "$(dirname "$1")"
	cat >"$1" <<-END
		<?php
		\$dolibarr_main_url_root='http://localhost';
		\$dolibarr_main_db_host='127.0.0.1';
		\$dolibarr_main_db_port='3306';
		\$dolibarr_main_db_name='dolibarr';
		\$dolibarr_main_db_prefix='llx_';
		\$dolibarr_main_db_user='dolibarr';
		\$dolibarr_main_db_pass='$2';
		\$dolibarr_main_db_type='mysqli';
		\$dolibarr_main_instance_unique_id='$INSTANCE_KEY';
	END
	chown www-data:www-data "$1"
	chmod 0440 "$1"
}

write_settings() { # write_settings CONF
	cat >$SETTINGS <<-END
		{
		  "Bridge": { "DolibarrConf": "$1" },
		  "Entries": { "$ENTRY": { "TokenEndpoint": "http://127.0.0.1:9000/provider.php" } }
		}
	END
}

