#!/bin/sh
# Notices go to a mail server that wants a login and encryption, and to no other
# than that one.
set -u
. "${top_srcdir:-$(dirname "$0")/..}/tests/whole/lib.sh"

phones=1
quiet_s=1
sim_options="--speed 60 --contacts 3 --messages 3 --calls 3"
/usr/bin/python3 -c 'import aiosmtpd' 2>/dev/null || skip_all "python3-aiosmtpd is missing"
need openssl
new_instance
plan 23
smtp_port=$(free_port $((9500 + $$ % 400)))
mail=$inst/run/smtp
as_user mkdir -p "$mail"
cp "$top/tests/smtp_server.py" "$inst/app/"
cp "$inst/etc/smsd.conf" "$inst/run/smsd.conf.before"

# One certificate that signed itself for localhost, and one of somebody else.
certificate() { # FILE NAME
	openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj "/CN=$2" \
	    -addext "subjectAltName=DNS:$2" -keyout "$inst/etc/$1.key" \
	    -out "$inst/etc/$1.pem" 2>/dev/null && chmod a+r "$inst/etc/$1.key" "$inst/etc/$1.pem"
}
certificate mail localhost && certificate stranger localhost && certificate other example.net ||
	skip_all "openssl makes no certificate"
login=post-office
right="un mot de passe"
printf '%s\n' "$right" >"$inst/etc/right"
printf 'guess\n' >"$inst/etc/wrong"
chmod 600 "$inst/etc/right" "$inst/etc/wrong"
[ -z "$run_as" ] || chown "$run_as" "$inst/etc/right" "$inst/etc/wrong"

server() { # smtps|starttls|plain [CERTIFICATE]: in place of the one before
	stop smtp
	as_user rm -f "$mail/said"
	daemon smtp /usr/bin/python3 -u "$inst/app/smtp_server.py" "$smtp_port" "$1" "$mail" \
	    "$inst/etc/${2-mail}.pem" "$inst/etc/${2-mail}.key" "$login" "$right"
	wait_for 20 port_taken "$smtp_port"
}
configure() { # SCHEME PASSWORD-FILE [CA]
	{
		cat "$inst/run/smsd.conf.before"
		cat <<EOT
mail_url = "$1://localhost:$smtp_port"
mail_from = "vault@example.org"
mail_user = "$login"
mail_password_file = "$inst/etc/$2"
mail_ca_file = "${3+$inst/etc/$3.pem}"
EOT
	} >"$inst/etc/smsd.conf"
}
again() { # smsd with what was configured, and a log that begins here
	stop smsd
	: >"$inst/log/smsd.log"
	smsd_start
}
event() { # KIND: it happens, and its owner is told of it
	sql "UPDATE notice SET not_before = now() WHERE state = 'queued';
	    INSERT INTO event (account_id, at, kind) SELECT account_id, now(), '$1' FROM account;
	    NOTIFY smsvault_work" >/dev/null
}
poke() { # what waits is due
	sql "UPDATE notice SET not_before = now() WHERE state = 'queued'; NOTIFY smsvault_work" >/dev/null
}
state() { # KIND CHANNEL
	sql "SELECT state FROM notice WHERE kind = '$1' AND channel = '$2' ORDER BY notice_id DESC LIMIT 1"
}
is_state() {
	[ "$(state "$1" "$2")" = "$3" ]
}
said() {
	grep -qx "$1" "$mail/said"
}
never_said() {
	[ ! -s "$mail/said" ] || ! grep -E "$1" "$mail/said"
}
logged() { # PATTERN: how often
	grep -cE "$1" "$inst/log/smsd.log"
}
has_logged() {
	[ "$(logged "$1")" -ge 1 ]
}
trap 'status=$?; stop smtp; (exit "$status"); finish' EXIT
instance_start
ok "an account" register posted "correct horse battery"
ok "a phone" bind 1
sql "UPDATE account SET mail = 'owner@example.org', mail_confirmed_at = now(),
    trusted_number = '+358409990007', trusted_confirmed_at = now()" >/dev/null
sql "INSERT INTO notice_choice SELECT account_id, 'incomplete', true, true FROM account" >/dev/null

server starttls
configure smtp right mail
again
event lost-on
ok "with a login, by STARTTLS, the mail comes" wait_for 60 is_state lost-on mail sent
ok "the login was given encrypted" said "login $login ok tls"
ok "and the mail" said "mail tls"

# A wrong password: told once, and nothing else stops.
configure smtp wrong mail
again
event incomplete
ok "a wrong password is told in words that help" wait_for 60 has_logged 'mail: none goes out by smtp://localhost:[0-9]+: it refuses the login: see mail_user and mail_password_file'
ok "the notice by SMS goes out all the same" wait_for 60 is_state incomplete sms sent
event lost-off
sleep 4
event restore-done
sleep 4
equal "it was told once" "$(logged 'refuses the login')" 1
equal "the mails wait" "$(state incomplete mail),$(state lost-off mail)" queued,queued
ok "no password is in the log" test "$(grep -c -e guess -e "$right" "$inst/log/smsd.log")" = 0
configure smtp right mail
again
event budget-reached
ok "with the right one they come" wait_for 60 is_state incomplete mail sent
ok "each of them" wait_for 60 is_state lost-off mail sent

# Who is not known gets neither the mail nor the password.
server starttls stranger
event wipe-prepared
ok "a server that somebody else vouches for is refused" wait_for 60 has_logged 'its certificate is another host.s, or of an authority that is not known here: see mail_ca_file'
ok "no password went there" never_said 'login|mail'
server starttls other
configure smtp right other
again
poke
ok "so is another host's certificate" wait_for 60 has_logged 'its certificate is another host.s'
ok "nor there" never_said 'login|mail'
configure smtp right
server starttls
again
poke
ok "and one that signed itself, where nobody was told of it" wait_for 60 has_logged 'its certificate is another host.s'
server plain
configure smtp right mail
again
poke
ok "a server without encryption gets no password" wait_for 60 has_logged 'it offers no encryption, and no password goes there without'
ok "and no mail" never_said 'login|mail'

server smtps
configure smtps right mail
again
event wipe-begun
ok "by smtps they come" wait_for 60 is_state wipe-begun mail sent
ok "with the login" said "login $login ok tls"

# smsd -n looks.
chmod 644 "$inst/etc/right"
refused() {
	as_user "$bin_smsd" -n -c "$inst/etc/smsd.conf" 2>&1 | grep -E "$1"
}
ok "a password that others may read is refused" refused 'mail_password_file: .*/right is open to others: mode 0644, want 0600 or 0640'
chmod 600 "$inst/etc/right"
sed -i 's|smtps://|smtps://me:secret@|' "$inst/etc/smsd.conf"
ok "and one in mail_url" refused 'mail_url: a login goes into mail_user and mail_password_file'
