#!/bin/sh
# The gateway's tests, in a private PostgreSQL.
exec "${top_srcdir:-.}/tests/with-postgres.sh" "${top_builddir:-.}/tests/gateway-tests"
