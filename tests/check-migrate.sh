#!/bin/sh
# Migrations by smsctl: each once, whole or not at all, and never changed.
# Runs itself again inside a private PostgreSQL.
set -u
top=${top_srcdir:-$(cd "$(dirname "$0")/.." && pwd)}
if [ -z "${PGDATA-}" ]; then
	SMSVAULT_NO_MIGRATE=1 exec "$top/tests/with-postgres.sh" "$0"
fi
dir=$(mktemp -d "${TMPDIR:-/tmp}/smsvault-migrate.XXXXXX")
trap 'rm -rf "$dir"' EXIT
cp "$top"/db/migrations/*.sql "$dir/"
count=$(find "$dir" -name '*.sql' | wc -l)
echo '# all as it is by default' >"$dir/smsd.conf"
number=0
failed=0

ok() { # WHY STATUS
	number=$((number + 1))
	if [ "$2" = 0 ]; then
		echo "ok $number - $1"
	else
		echo "not ok $number - $1"
		sed 's/^/# /' "$dir/said"
		failed=1
	fi
}

equal() { # WHY GOT WANT
	echo "got $2, want $3" >"$dir/said"
	[ "$2" = "$3" ]
	ok "$1" $?
}

migrate() {
	"${top_builddir:-.}/smsd/smsctl" -c "$dir/smsd.conf" migrate "$dir" "" >"$dir/said" 2>&1
}

refused() { # WHY PATTERN: it fails, says why, and leaves all as it was
	before=$(state)
	! migrate && grep -qE "$2" "$dir/said"
	ok "$1" $?
	equal "... and changes nothing" "$(state)" "$before"
}

sql() {
	psql -XAtqc "$1"
}

state() {
	{ pg_dump --schema-only; sql 'SELECT name, digest, at FROM schema_migration ORDER BY 1'; } 2>&1 |
	    grep -vE '^\\(un)?restrict' | md5sum
}

echo 1..20
# What was there before the newest ones is what they find.
mkdir "$dir/later"
mv "$dir"/001*.sql "$dir/later/"
migrate
sql "INSERT INTO account (login, password_salt, password_proof, public_key, private_by_password,
    private_by_recovery, recovery_salt, trusted_number) VALUES ('old', decode(repeat('00', 16), 'hex'),
    decode(repeat('00', 32), 'hex'), decode(repeat('00', 32), 'hex'), '', '', '', '+358401234567')"
mv "$dir"/later/*.sql "$dir/"
rmdir "$dir/later"
migrate
ok "a database is brought up to date" $?
equal "a trusted number that nobody proved waits, and its owner is told" \
    "$(sql "SELECT trusted_number IS NULL, trusted_new, kind FROM account JOIN event USING (account_id)")" \
    "t|+358401234567|trusted-unconfirmed"
equal "all of it has run" "$(sql 'SELECT count(*) FROM schema_migration')" "$count"
before=$(state)
migrate
ok "a second time there is nothing to do" $?
equal "... and nothing is done" "$(state)" "$before"

first=$(find "$dir" -name '0001_*.sql')
cp "$first" "$dir/kept"
echo '-- a word more' >>"$first"
refused "a file that was changed after it had run is refused" "was changed after it had run"
cp "$dir/kept" "$first"
migrate
ok "put back, it is taken" $?

echo 'CREATE TABLE half_done (x int); CREATE TABLE phone (x int);' >"$dir/9001_bad.sql"
refused "one that fails is said to" "9001_bad.sql.*already exists"
equal "half of it is not there" "$(sql "SELECT to_regclass('half_done') IS NULL")" t
echo 'SELECT 1 / 0' >"$dir/9001_bad.sql"
echo 'CREATE TABLE later (x int);' >"$dir/9002_later.sql"
refused "none runs after one that failed" "division by zero"
rm "$dir/9001_bad.sql"

# Two at once: one runs it, the other waits and finds it done.
echo 'SELECT pg_sleep(1); CREATE TABLE once (x int);' >"$dir/9001_slow.sql"
"${top_builddir:-.}/smsd/smsctl" -c "$dir/smsd.conf" migrate "$dir" "" >"$dir/other" 2>&1 &
migrate
ok "two at the same time: the one" $?
wait $!
ok "... and the other" $?
equal "each file ran once" "$(sql "SELECT count(*) FROM schema_migration WHERE name LIKE '900%'")" 2

echo 'not a migration' >"$dir/readme.sql"
migrate
ok "what is not called like one is left alone" $?
rm "$dir"/*.sql
refused "no file at all is no success" "no migrations"
for f in "$top"/db/migrations/*.sql; do
	grep -q "db/migrations/$(basename "$f")" "$top/db/local.mk" || echo "$(basename "$f") is left out"
done >"$dir/left-out"
equal "each is installed" "$(cat "$dir/left-out")" ""
exit "$failed"
