# tests of lib/
TEST_CFLAGS = $(WARN_CFLAGS) -Wno-conversion -Wno-float-equal $(CHECK_CFLAGS)
TEST_LIBS = $(COMMON_LIBS) $(CHECK_LIBS)
EXTRA_DIST += tests/check_main.h

check_PROGRAMS += tests/check_lists
TESTS += tests/check_lists
tests_check_lists_SOURCES = tests/check_lists.c tests/lists_plain.c \
	tests/lists_plain.h
tests_check_lists_CFLAGS = $(TEST_CFLAGS)
tests_check_lists_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/check_mix
TESTS += tests/check_mix
tests_check_mix_SOURCES = tests/check_mix.c
tests_check_mix_CFLAGS = $(TEST_CFLAGS)
tests_check_mix_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/check_record
TESTS += tests/check_record
tests_check_record_SOURCES = tests/check_record.c
tests_check_record_CFLAGS = $(TEST_CFLAGS)
tests_check_record_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/check_pack
TESTS += tests/check_pack
tests_check_pack_SOURCES = tests/check_pack.c
tests_check_pack_CFLAGS = $(TEST_CFLAGS)
tests_check_pack_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/check_coding
TESTS += tests/check_coding
tests_check_coding_SOURCES = tests/check_coding.c
tests_check_coding_CFLAGS = $(TEST_CFLAGS)
tests_check_coding_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/check_upload
TESTS += tests/check_upload
tests_check_upload_SOURCES = tests/check_upload.c
tests_check_upload_CFLAGS = $(TEST_CFLAGS)
tests_check_upload_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/check_wire
TESTS += tests/check_wire
tests_check_wire_SOURCES = tests/check_wire.c
tests_check_wire_CFLAGS = $(TEST_CFLAGS)
tests_check_wire_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/check_wire_inside
TESTS += tests/check_wire_inside
tests_check_wire_inside_SOURCES = tests/check_wire_inside.c
tests_check_wire_inside_CFLAGS = $(TEST_CFLAGS)
tests_check_wire_inside_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/check_seal
TESTS += tests/check_seal
tests_check_seal_SOURCES = tests/check_seal.c tests/seal_test.h
tests_check_seal_CFLAGS = $(TEST_CFLAGS)
tests_check_seal_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/check_seal_numbers
TESTS += tests/check_seal_numbers
tests_check_seal_numbers_SOURCES = tests/check_seal_numbers.c tests/seal_test.h
tests_check_seal_numbers_CFLAGS = $(TEST_CFLAGS)
tests_check_seal_numbers_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/check_seal_rest
TESTS += tests/check_seal_rest
tests_check_seal_rest_SOURCES = tests/check_seal_rest.c
tests_check_seal_rest_CFLAGS = $(TEST_CFLAGS)
tests_check_seal_rest_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/check_overhead
TESTS += tests/check_overhead
tests_check_overhead_SOURCES = tests/check_overhead.c
tests_check_overhead_CFLAGS = $(TEST_CFLAGS)
tests_check_overhead_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/check_seal_rfc
TESTS += tests/check_seal_rfc
tests_check_seal_rfc_SOURCES = tests/check_seal_rfc.c
tests_check_seal_rfc_CFLAGS = $(TEST_CFLAGS)
tests_check_seal_rfc_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/check_vectors
TESTS += tests/check_vectors
tests_check_vectors_SOURCES = tests/check_vectors.c
tests_check_vectors_CFLAGS = $(TEST_CFLAGS)
tests_check_vectors_LDADD = $(TEST_LIBS)
if !SANITIZE
TESTS += tests/check-vectors.sh
endif
dist_check_SCRIPTS += tests/check-vectors.sh
EXTRA_DIST += tests/vectors/frames.txt tests/vectors/mix.txt tests/vectors/second.py

check_PROGRAMS += tests/check_conf
TESTS += tests/check_conf
tests_check_conf_SOURCES = tests/check_conf.c
tests_check_conf_CFLAGS = $(TEST_CFLAGS)
tests_check_conf_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/check_log
TESTS += tests/check_log
tests_check_log_SOURCES = tests/check_log.c
tests_check_log_CFLAGS = $(TEST_CFLAGS)
tests_check_log_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/check_policy
TESTS += tests/check_policy
tests_check_policy_SOURCES = tests/check_policy.c
tests_check_policy_CFLAGS = $(TEST_CFLAGS)
tests_check_policy_LDADD = $(TEST_LIBS)

# What holds for the whole tree, whatever it is built with.
if !SANITIZE
TESTS += tests/check-layers.sh tests/check-manual.sh tests/check-style.sh tests/check-claims.sh
endif
dist_check_SCRIPTS += tests/check-layers.sh tests/check-manual.sh tests/check-style.sh tests/check-claims.sh
EXTRA_DIST += tests/claims.md
