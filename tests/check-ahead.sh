#!/bin/sh
# Transfers coded against those before them that nobody has acknowledged yet, in a
# private PostgreSQL.
exec "${top_srcdir:-.}/tests/with-postgres.sh" "${top_builddir:-.}/tests/ahead-tests"
