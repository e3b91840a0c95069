#!/bin/sh
# with-postgres.sh COMMAND...: run it with a private PostgreSQL of its own.
#
# The server listens on a socket in a temporary directory only and is gone
# afterwards.  As root it runs as "nobody", since initdb refuses root.  Exports
# PGHOST, PGUSER (a superuser) and PGDATABASE=smsvault; the database has the
# schema of db/migrations.  Exit 77 if there is no PostgreSQL.
set -u
top=${top_srcdir:-$(cd "$(dirname "$0")/.." && pwd)}
pg_bin=/usr/lib/postgresql/15/bin
[ -x "$pg_bin/initdb" ] || { echo "1..0 # SKIP PostgreSQL 15 is missing"; exit 0; }

dir=$(mktemp -d "${TMPDIR:-/tmp}/smsvault-pg.XXXXXX")
as=
if [ "$(id -u)" = 0 ]; then
	chown nobody "$dir"
	as="setpriv --reuid=nobody --regid=$(id -g nobody) --clear-groups"
fi
chmod 711 "$dir"

stop() {
	[ -s "$dir/data/postmaster.pid" ] &&
		$as "$pg_bin/pg_ctl" -D "$dir/data" -m immediate -s stop >/dev/null 2>&1
	rm -rf "$dir"
}
trap stop EXIT
trap 'exit 1' INT TERM HUP

cd "$dir" || exit 1
$as "$pg_bin/initdb" -D "$dir/data" -U smsvault -A trust -E UTF8 \
    --locale=C.UTF-8 -N >"$dir/log" 2>&1 || { cat "$dir/log" >&2; exit 1; }
$as "$pg_bin/pg_ctl" -D "$dir/data" -s -w -t 60 -l "$dir/log.pg" -o "-k $dir \
    -c listen_addresses= -c fsync=${SMSVAULT_FSYNC-off} -c max_connections=60 \
    -c log_min_error_statement=panic" start || { cat "$dir/log.pg" >&2; exit 1; }
chmod 711 "$dir"
export PGHOST="$dir" PGUSER=smsvault PGDATABASE=smsvault PGDATA="$dir/data"
"$pg_bin/createdb" smsvault || exit 1
cd "${top_builddir:-.}" || exit 1
if [ -z "${SMSVAULT_NO_MIGRATE-}" ]; then
	for f in "$top"/db/migrations/*.sql; do
		"$pg_bin/psql" -q -v ON_ERROR_STOP=1 -1 -c 'CREATE TABLE IF NOT EXISTS
		    schema_migration (name text PRIMARY KEY, digest bytea NOT NULL,
		    at timestamptz NOT NULL DEFAULT now())' -f "$f" >/dev/null || exit 1
	done
fi
"$@"
status=$?
[ "$status" = 0 ] || { [ -n "${SMSVAULT_PG_LOG-}" ] && cat "$dir/log.pg" >&2; }
exit "$status"
