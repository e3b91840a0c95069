# The whole service, end to end, on real parts.
EXTRA_DIST += tests/whole/lib.sh
EXTRA_DIST += man/overview.svg
