#!/bin/sh
# Owners are told: by mail through a real SMTP server, and by SMS.
set -u
. "${top_srcdir:-$(dirname "$0")/..}/tests/whole/lib.sh"

phones=1
quiet_s=1
sim_options="--speed 60 --contacts 3 --messages 3 --calls 3"
password="correct horse battery"
/usr/bin/python3 -c 'import aiosmtpd' 2>/dev/null || skip_all "python3-aiosmtpd is missing"
new_instance
plan 33
smtp_port=$(free_port $((9300 + $$ % 500)))
cat >>"$inst/etc/smsd.conf" <<EOT
mail_url = "smtp://127.0.0.1:$smtp_port"
mail_from = "vault@example.org"
page_url = "https://vault.example.org"
EOT
mail_start() {
	daemon smtp /usr/bin/python3 -u -m aiosmtpd -n \
	    -l "127.0.0.1:$smtp_port" -c aiosmtpd.handlers.Mailbox "$inst/run/mail"
	wait_for 20 port_taken "$smtp_port"
}
trap 'status=$?; stop smtp; (exit "$status"); finish' EXIT
mail_start
instance_start

# read_mail PATTERN: a mail whose headers and body, decoded, have it.
read_mail() {
	for f in "$inst/run/mail/new"/*; do
		[ -f "$f" ] && /usr/bin/python3 -c '
import email, email.policy, sys
m = email.message_from_binary_file(open(sys.argv[1], "rb"), policy=email.policy.default)
print("From:", m["From"], "To:", m["To"], "Subject:", m["Subject"], "ID:", m["Message-ID"], "Date:", m["Date"])
print(m.get_body().get_content())' "$f"
	done | grep -E "$1"
}
post() {
	web /notices >"$inst/run/page" &&
	web /notices --data-urlencode "csrf=$(csrf)" "$@" >"$inst/run/page"
}

ok "an account" register told "$password"
ok "a phone" bind 1
ok "an address is given" post --data what=address --data do=send \
    --data-urlencode mail=owner@example.org
ok "a code comes there" wait_for 30 read_mail '^Your code is [0-9]{6}\.'
code=$(read_mail '^Your code is' | sed -n 's/.* is \([0-9]*\)\..*/\1/p' | tail -n 1)
code_is_gone() {
	[ "$(sql 'SELECT count(*) FROM notice WHERE code IS NOT NULL')" = 0 ]
}
ok "which is kept nowhere else" wait_for 10 code_is_gone
ok "and confirms it" post --data what=confirm --data "code=$code"
# A handset is in the network once it has said something.
sim sms +358409990002 +358401000000 text Hello >/dev/null
ok "a trusted number is given" post --data what=number --data do=send \
    --data-urlencode "trusted=+358 40 999-0002"
code_came() {
	sim sms +358409990002 | grep -oE 'your code is [0-9]{6}'
}
ok "a code comes there by SMS" wait_for 60 code_came
web /notices >"$inst/run/page"
ok "which the page waits for" grep -q 'id="trusted-state" data-state="waits"' "$inst/run/page"
code=$(code_came | grep -oE '[0-9]{6}' | tail -n 1)
trusted() {
	sql "SELECT trusted_number FROM account WHERE trusted_number IS NOT NULL"
}
wrong_code_is_refused() {
	! post --data what=number --data do=confirm --data sms-code=12345
}
ok "a wrong code is refused" wrong_code_is_refused
equal "and no number is trusted" "$(trusted)" ""
ok "the right one confirms it" post --data what=number --data do=confirm --data "sms-code=$code"
equal "which is trusted from then on" "$(trusted)" +358409990002
sim phone 1 sim +358409998877 >/dev/null
ok "another SIM: the owner has a mail" wait_for 60 read_mail 'Subject: smsvault: Another SIM is in your phone'
ok "with who, whom and where to look" read_mail \
    '^From: smsvault <vault@example.org> To: <?owner@example.org>? .*ID: <notice\.[0-9.]*@example.org>'
trusted_has() {
	sim sms +358409990002 | grep -q 'smsvault: Another SIM is in your phone'
}
ok "another SIM: the owner has an SMS at the trusted number" wait_for 60 trusted_has

# The server is away; then it refuses; what it takes later comes once.
stop smtp
sql "UPDATE account SET language = 'zh';
    INSERT INTO event (account_id, phone_id, at, kind) SELECT account_id, phone_id, now(), 'lost-on' FROM phone" >/dev/null
waits() {
	[ "$(sql "SELECT state || (attempts > 0) || (not_before > now()) FROM notice WHERE kind = 'lost-on' AND channel = 'mail'")" = queuedtruetrue ]
}
ok "a server that is away: the mail waits" wait_for 30 waits
ctl() {
	as_user "$bin_smsctl" -c "$inst/etc/smsd.conf" "$@"
}
operator_sees() { # COMMAND PATTERN
	ctl "$1" | grep -E "$2"
}
ok "the operator sees it" operator_sees notices ': account [0-9]+, lost-on by mail: queued, 1 tries'
mail_start
sql "UPDATE notice SET not_before = now() WHERE state = 'queued'" >/dev/null
sql "NOTIFY smsvault_work" >/dev/null
ok "it is back: the mail comes, in the owner's language" \
    wait_for 90 read_mail 'Subject: smsvault: 您的手机已进入丢失模式'
sleep 3
equal "once" "$(read_mail 'Subject: smsvault: 您的手机已进入丢失模式' | wc -l)" 1
sql "UPDATE phone SET last_heard_at = now() - interval '4 days'" >/dev/null
ok "a phone that is silent" wait_for 30 read_mail '您的手机已有一段时间没有消息'
ok "which the operator sees as well" operator_sees silent '^phone [0-9]+ of told: .*, its owner was told$'
all_metrics() { # each has its help and type, and a number
	ctl metrics >"$inst/run/metrics" &&
	    grep -q '^smsvault_modem_sms_total{modem="modem0",direction="in"} [1-9]' "$inst/run/metrics" &&
	    grep -qx 'smsvault_phones 1' "$inst/run/metrics" &&
	    ! grep -vE '^# (HELP|TYPE) smsvault_[a-z_]+ |^smsvault_[a-z_]+({[^}]*})? -?[0-9]+$' "$inst/run/metrics"
}
ok "and figures, as Prometheus reads them" all_metrics

# A modem is taken out of smsd.conf, and the host of another one is gone.
modem_is() { # NAME
	stop smsd
	sed "s/^modem \"[a-z0-9]*\"/modem \"$1\"/" "$inst/etc/smsd.conf" >"$inst/run/conf"
	cat "$inst/run/conf" >"$inst/etc/smsd.conf"
	smsd_start
}
lists() { # NAMES...
	ctl status >"$inst/run/said"
	[ "$(sed -n 's/^modem \([a-z0-9]*\): .*/\1/p' "$inst/run/said" | xargs)" = "$*" ]
}
sql "INSERT INTO modem (name, host, seen_at) VALUES ('far', 'elsewhere', now() - interval '1 hour')"
modem_is right
ok "a modem that was taken out is not reported, but what another gateway has is" \
    wait_for 60 lists far right
equal "what it counted is kept" "$(sql "SELECT sms_in > 0 FROM modem WHERE name = 'modem0'")" t
modem_is modem0
ok "put back, it is reported as before" wait_for 60 lists far modem0
ok "an operator has one forgotten" ctl modem forget far
ok "which is reported no more" lists modem0
ctl modem forget far
equal "there is none to forget any more" $? 2
ctl modem forget modem0
equal "nor may one be that was just seen" $? 2
ok "so it is reported" lists modem0
equal "what operators did is in their log" \
    "$(sql "SELECT who, what, detail FROM operator_log WHERE what LIKE 'modem%'")" \
    "smsctl|modem-forgotten|far"
sql "UPDATE account SET delete_at = now() - interval '1 minute'" >/dev/null
gone() {
	[ "$(sql 'SELECT count(*) FROM account')" = 0 ]
}
ok "an owner who leaves is gone within a minute or so" wait_for 90 gone
