#!/bin/sh
# What routine uploads cost on the way down, in a private PostgreSQL.
exec "${top_srcdir:-.}/tests/with-postgres.sh" "${top_builddir:-.}/tests/days-tests"
