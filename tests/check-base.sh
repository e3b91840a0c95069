#!/bin/sh
# Coding against what both ends know, in a private PostgreSQL.
exec "${top_srcdir:-.}/tests/with-postgres.sh" "${top_builddir:-.}/tests/base-tests"
