# tests of db: pgTAP, each file in a PostgreSQL of its own
DB_SQL_TESTS = \
	tests/db/constraints.sql \
	tests/db/isolation.sql \
	tests/db/privileges.sql
SQL_LOG_DRIVER = $(LOG_DRIVER)
SQL_LOG_COMPILER = $(SHELL) $(top_srcdir)/tests/with-postgres.sh
AM_SQL_LOG_FLAGS = psql -XqAt -v ON_ERROR_STOP=1 -f
EXTRA_DIST += $(DB_SQL_TESTS)
# PostgreSQL's part alone: no program of ours to sanitize.
if !SANITIZE
TESTS += $(DB_SQL_TESTS)
endif

dist_check_SCRIPTS += tests/check-migrate.sh
TESTS += tests/check-migrate.sh
