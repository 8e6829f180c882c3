#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# What an administrator does with the package, on a running systemd. build/test-systemd.sh boots it and runs this inside.
# A line for each check; the last one is "N passed, N failed".
set -uo pipefail
cd /srv/test
. ./support.sh

# --- the machine: a database, a provider, a Dolibarr
systemctl is-system-running --wait >/dev/null 2>&1
mkdir -p $PROVIDER
cp provider.php $PROVIDER
printf 'rt-first' >$PROVIDER/current
: >$PROVIDER/granted
chmod -R a+rwX $PROVIDER
systemd-run --quiet --unit=provider --working-directory=$PROVIDER --setenv=PHP_CLI_SERVER_WORKERS=4 php -S 127.0.0.1:9000 provider.php
soon mariadb -e 'SELECT 1' >/dev/null || { systemctl status --no-pager mariadb; exit 1; }
php dolibarr.php $INSTANCE_KEY rt-first | mariadb || exit 1
mariadb -e "CREATE USER dolibarr@'%' IDENTIFIED BY 'first-password'; GRANT ALL ON dolibarr.* TO dolibarr@'%'"
write_conf $CONF first-password
since=$(date '+%F %T')
echo "systemd $(systemctl --version | sed -n '1s/[^ ]* \([^ ]*\).*/\1/p'), $(. /etc/os-release; echo "$PRETTY_NAME")"

section install
check "the package installs and says what comes next" says "does not run yet. Next:" dpkg -i first.deb
check "it does not run by itself" not systemctl is-active --quiet $NAME
check "its user reads conf.php by the group www-data" as $NAME cat $CONF
systemctl start $NAME.socket
check "a service without settings answers 503 with the reason, on TCP" \
	says "Say where Dolibarr" curl -s --max-time 20 http://127.0.0.1:8765/v1/entries
check "... which is in its log too" soon says "Say where Dolibarr" journalctl --no-pager -u $NAME
check "... and on the socket" says '"status":503' as www-data curl -s --max-time 20 --unix-socket $SOCKET http://localhost/v1/entries
write_settings $CONF.missing
check "... and says so of a conf.php that is missing" soon says "$CONF.missing" curl -s --max-time 20 http://127.0.0.1:8765/readyz
check "... as its status does" soon says "$CONF.missing" systemctl status --no-pager -l $NAME
write_settings $CONF
check "it starts by itself once the settings are right" soon ready 200
systemctl stop $NAME
check "entries, as root" says "$ENTRY" $NAME entries
check "init" says "API key" $NAME init
API_KEY=$($NAME init --reveal | tail -n 1)
check "enable --now" systemctl enable --quiet --now $NAME
check "it is ready when systemctl returns (Type=notify)" ready 200

section use
check "the socket belongs to root and www-data, mode 0660" is "$(stat -c '%U:%G %a' $SOCKET)" "root:www-data 660"
check "nobody else can connect to it" not as nobody curl -s --unix-socket $SOCKET http://localhost/healthz
by_socket "http://localhost/v1/entries/$ENTRY/token" >/tmp/answer
check "the web server's user gets a token by the socket" has_newest </tmp/answer
check "the same again from the store" is "$(by_socket "http://localhost/v1/entries/$ENTRY/token" | grep -o '"access_token":"[^"]*"')" \
	"$(grep -o '"access_token":"[^"]*"' /tmp/answer)"
check "one refresh so far" is "$(granted)" 1
for command in "entries" "refresh $ENTRY" "token $ENTRY" "history $ENTRY" "doctor"; do
	check "runuser -u $NAME -- $NAME $command" as $NAME $NAME $command
done
check "refresh as root" $NAME refresh $ENTRY
mkdir -p /etc/$NAME/instances && echo "{\"DolibarrConf\":\"$CONF\"}" >/etc/$NAME/instances/acme.json
check "refresh as root of an instance that the service has not seen" \
	$NAME refresh $ENTRY --instance acme --Bridge:InstancesDirectory=/etc/$NAME/instances
check "... its state directory is made" test -d $STATE/acme
rm -r /etc/$NAME/instances
check "every file in the state directory is the service's" is "$(find $STATE ! -user $NAME)" ""
check "healthcheck" $NAME healthcheck
check "the sandbox is as tight as promised" eval '[ "$(exposure)" != "" ] && [ "$(exposure)" -le 13 ]'

section reload
mariadb -e "ALTER USER dolibarr@'%' IDENTIFIED BY 'second-password'"
write_conf $CONF second-password
check "reload" systemctl reload $NAME
mariadb -N -e "SELECT CONCAT('KILL ', id, ';') FROM information_schema.processlist WHERE user = 'dolibarr'" | mariadb
check "a changed database password counts after reload" soon refresh_goes_well
pid=$(main_pid)
mv $CONF $CONF.away
systemctl reload $NAME
sleep 1
check "a conf.php that is gone changes nothing while it runs" ready 200
mv $CONF.away $CONF
systemctl reload $NAME
check "it is the same process" is "$(main_pid)" "$pid"

section stop
before=$(granted)
next_answer_takes 8
refresh_by_socket >/tmp/answer &
caller=$!
until_granted "$before"
check "stop during a refresh of 8 seconds" systemctl stop $NAME
wait $caller
check "the caller got the answer" has_newest </tmp/answer
check "nothing is left in the journal" is "$(journal_files)" 0
if stops_sockets; then
	check "stop stops the sockets" listens_nobody
else
	systemctl stop $NAME.socket
fi
check "a call does not start it again" fails_with 3 systemctl is-active --quiet $NAME
check "start brings both back" systemctl start $NAME
check "the next refresh goes well" refresh_goes_well
begin_callers
check "restart" systemctl restart $NAME
end_callers
check "no caller is refused during a restart" is "$(cat /tmp/refused)" ""

section crash
pid=$(main_pid)
kill -KILL "$pid"
check "after SIGKILL it is back by itself" soon says '"access_token"' by_socket "http://localhost/v1/entries/$ENTRY/token"
check "it is a new process" not is "$(main_pid)" "$pid"
before=$(granted)
next_answer_takes 8
refresh_by_socket >/tmp/answer &
caller=$!
until_granted "$before"
stop_database
wait $caller
check "the caller gets a token that the database does not take" has_newest </tmp/answer
check "... it waits in the journal" is "$(journal_files)" 1
kill -KILL "$(main_pid)"
start_database
soon is_active $NAME
check "after SIGKILL the new process stores it" soon eval '[ "$(journal_files)" = 0 ]'
check "the next refresh goes well" soon refresh_goes_well

section "a refresh by root while the database goes away"
before=$(granted)
next_answer_takes 8
(status=0; $NAME refresh $ENTRY >/tmp/said 2>&1 || status=$?; echo $status >/tmp/status) &
command=$!
until_granted "$before"
stop_database
wait $command
check "the command exits with 3" is "$(cat /tmp/status)" 3
check "... and says that the token is in the journal" says "safe in the journal" cat /tmp/said
check "the journal file is the service's" is "$(find $STATE -name '*.refresh' -printf '%u %m')" "$NAME 600"
check "readyz is not ready" soon ready 503
start_database
check "the service stores it" soon eval '[ "$(journal_files)" = 0 ]'
check "the next refresh goes well" soon refresh_goes_well

section "a state directory that cannot be used"
touch "$STATE/0123456789abcdef-0.refresh" && chmod 600 "$STATE/0123456789abcdef-0.refresh"
check "a journal file that cannot be read: readyz" soon ready 503
check "... the log names it" soon logged "0123456789abcdef-0.refresh cannot be read"
check "... doctor says what to do" says "chown" as $NAME $NAME doctor --offline
rm "$STATE/0123456789abcdef-0.refresh"
check "... it is over when the file is gone" soon ready 200
chown root: $STATE
check "another owner: readyz" soon ready 503
check "... the log gives the command that helps" soon logged "chown -R $NAME"
check "... doctor too" says "chown -R $NAME" as $NAME $NAME doctor --offline
check "... a refresh is refused before anything is spent" says store_not_writable refresh_by_socket
check "... a restart puts it right" systemctl restart $NAME
check "... and the next refresh goes well" soon refresh_goes_well
systemctl stop $NAME
mount -t tmpfs -o size=64k tmpfs $STATE
systemctl start $NAME
check "a file system of its own" soon ready 200
dd if=/dev/zero of=$STATE/filler bs=1k count=100 2>/dev/null
check "a full disk: readyz" soon ready 503
check "... the log says so" soon logged "its disk is full"
check "... and doctor" says "df -h $STATE" as $NAME $NAME doctor --offline
rm $STATE/filler
mount -o remount,ro $STATE
check "a read-only file system: readyz" soon ready 503
check "... the log says so" soon logged "read-only file system"
check "... nothing is spent" says store_not_writable refresh_by_socket
systemctl stop $NAME
umount $STATE
systemctl start $NAME
check "after that the next refresh goes well" soon refresh_goes_well

section "conf.php under /home"
write_conf /home/acme/conf.php second-password
write_settings /home/acme/conf.php
systemctl restart $NAME
check "the reason names ProtectHome" says ProtectHome curl -s --max-time 20 http://127.0.0.1:8765/readyz
mkdir -p /etc/systemd/system/$NAME.service.d
printf '[Service]\nProtectHome=read-only\n' >/etc/systemd/system/$NAME.service.d/override.conf
systemctl daemon-reload
systemctl restart $NAME
check "with the drop-in that it advises it is ready" soon ready 200
rm -r /etc/systemd/system/$NAME.service.d
write_settings $CONF
systemctl daemon-reload
systemctl restart $NAME

section "a database account of its own, by a credential"
mariadb -e "CREATE USER oauthbridge@'%' IDENTIFIED BY 'own-password'; GRANT ALL ON dolibarr.* TO oauthbridge@'%'"
mkdir -p -m 700 /etc/credstore
(umask 077; echo own-password >/etc/credstore/oauthbridge-database-password)
if ! finds_credentials; then
	mkdir -p /etc/systemd/system/$NAME.service.d
	printf '[Service]\nLoadCredential=%s\n' oauthbridge-database-password:/etc/credstore/oauthbridge-database-password \
		>/etc/systemd/system/$NAME.service.d/credential.conf
	systemctl daemon-reload
fi
password=/run/credentials/$NAME.service/oauthbridge-database-password
sed -i "s|\"Bridge\": {|& \"DatabaseUser\": \"oauthbridge\", \"DatabasePasswordFile\": \"$password\",|" $SETTINGS
check "restart with it" systemctl restart $NAME
check "it refreshes" soon refresh_goes_well
check "the connection is the account's" not is "$(connections_of oauthbridge)" 0
mariadb -e "ALTER USER oauthbridge@'%' IDENTIFIED BY 'new-password'"
echo new-password >/etc/credstore/oauthbridge-database-password
systemctl restart $NAME
check "a changed password counts after a restart" soon refresh_goes_well
systemctl stop $NAME
check "a command by hand is told how" says "--Bridge:DatabasePasswordFile=PATH" $NAME entries
check "... and does it" $NAME entries --Bridge:DatabasePasswordFile=/etc/credstore/oauthbridge-database-password
rm -rf /etc/credstore /etc/systemd/system/$NAME.service.d
systemctl daemon-reload
write_settings $CONF
systemctl start $NAME

section upgrade
cp $SETTINGS /tmp/settings
begin_callers
pid=$(main_pid)
check "the next release installs" dpkg -i next.deb
end_callers
check "no caller is refused meanwhile" is "$(cat /tmp/refused)" ""
check "the service was restarted" not is "$(main_pid)" "$pid"
check "settings are kept" cmp $SETTINGS /tmp/settings
check "it refreshes" soon refresh_goes_well
systemctl stop $NAME
check "an upgrade of a stopped service does not start it" eval "dpkg -i next.deb && ! systemctl is-active --quiet $NAME"

section "disable, remove, purge"
systemctl start $NAME
check "disable --now" systemctl disable --now $NAME
stops_sockets || systemctl stop $NAME.socket
check "... stops the sockets too" listens_nobody
check "... and disables them" says disabled systemctl is-enabled $NAME.socket
systemctl enable --now $NAME >/dev/null 2>&1
check "purge" dpkg --purge $NAME
check "nobody listens" listens_nobody
check "no unit is left" is "$(systemctl list-units --all --no-legend --plain "$NAME*")" ""
check "no file is left" is "$(left_behind)" ""
check "no user is left" not getent passwd $NAME
encrypted=$(mariadb -N -e 'SELECT COUNT(*) FROM dolibarr.llx_oauth_token WHERE token LIKE "dolcrypt:%"')
check "the token is in Dolibarr's table" is "$encrypted" 1
check "no refresh token was sent twice" not test -e $PROVIDER/reused

echo
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
