#!/bin/sh
# What goes down, coded against what went before it, in a private PostgreSQL.
exec "${top_srcdir:-.}/tests/with-postgres.sh" "${top_builddir:-.}/tests/down-base-tests"
