#!/bin/sh
# What the gateway makes of a phone's life, in a private PostgreSQL.
exec "${top_srcdir:-.}/tests/with-postgres.sh" "${top_builddir:-.}/tests/life-gate-tests"
