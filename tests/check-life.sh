#!/bin/sh
# The whole life of many phones, in a private PostgreSQL.
exec "${top_srcdir:-.}/tests/with-postgres.sh" "${top_builddir:-.}/tests/life-tests"
