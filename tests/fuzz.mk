# Fuzz targets.  smoke_* replays the corpus and seeded mutations of it in make
# check; with --enable-fuzz (and clang) fuzz_* is the same for libFuzzer.
EXTRA_DIST += tests/corpus

check_PROGRAMS += tests/smoke_code
TESTS += tests/smoke_code
tests_smoke_code_SOURCES = tests/fuzz_code.c tests/fuzz_main.c
tests_smoke_code_CFLAGS = $(TEST_CFLAGS)
tests_smoke_code_LDADD = $(COMMON_LIBS)

check_PROGRAMS += tests/smoke_conf
TESTS += tests/smoke_conf
tests_smoke_conf_SOURCES = tests/fuzz_conf.c tests/fuzz_main.c
tests_smoke_conf_CFLAGS = $(TEST_CFLAGS)
tests_smoke_conf_LDADD = $(COMMON_LIBS)

check_PROGRAMS += tests/smoke_open
TESTS += tests/smoke_open
tests_smoke_open_SOURCES = tests/fuzz_open.c tests/fuzz_main.c
tests_smoke_open_CFLAGS = $(TEST_CFLAGS)
tests_smoke_open_LDADD = $(COMMON_LIBS)

check_PROGRAMS += tests/smoke_pack
TESTS += tests/smoke_pack
tests_smoke_pack_SOURCES = tests/fuzz_pack.c tests/fuzz_main.c
tests_smoke_pack_CFLAGS = $(TEST_CFLAGS)
tests_smoke_pack_LDADD = $(COMMON_LIBS)

check_PROGRAMS += tests/smoke_policy
TESTS += tests/smoke_policy
tests_smoke_policy_SOURCES = tests/fuzz_policy.c tests/fuzz_main.c
tests_smoke_policy_CFLAGS = $(TEST_CFLAGS)
tests_smoke_policy_LDADD = $(COMMON_LIBS)

check_PROGRAMS += tests/smoke_record
TESTS += tests/smoke_record
tests_smoke_record_SOURCES = tests/fuzz_record.c tests/fuzz_main.c
tests_smoke_record_CFLAGS = $(TEST_CFLAGS)
tests_smoke_record_LDADD = $(COMMON_LIBS)

check_PROGRAMS += tests/smoke_upload
TESTS += tests/smoke_upload
tests_smoke_upload_SOURCES = tests/fuzz_upload.c tests/fuzz_main.c
tests_smoke_upload_CFLAGS = $(TEST_CFLAGS)
tests_smoke_upload_LDADD = $(COMMON_LIBS)

check_PROGRAMS += tests/smoke_wire
TESTS += tests/smoke_wire
tests_smoke_wire_SOURCES = tests/fuzz_wire.c tests/fuzz_main.c
tests_smoke_wire_CFLAGS = $(TEST_CFLAGS)
tests_smoke_wire_LDADD = $(COMMON_LIBS)

if FUZZ
noinst_PROGRAMS += \
	tests/fuzz_code \
	tests/fuzz_conf \
	tests/fuzz_open \
	tests/fuzz_pack \
	tests/fuzz_policy \
	tests/fuzz_record \
	tests/fuzz_upload \
	tests/fuzz_wire
tests_fuzz_code_SOURCES = tests/fuzz_code.c
tests_fuzz_code_CFLAGS = $(TEST_CFLAGS)
tests_fuzz_code_LDFLAGS = -fsanitize=fuzzer
tests_fuzz_code_LDADD = $(COMMON_LIBS)
tests_fuzz_conf_SOURCES = tests/fuzz_conf.c
tests_fuzz_conf_CFLAGS = $(TEST_CFLAGS)
tests_fuzz_conf_LDFLAGS = -fsanitize=fuzzer
tests_fuzz_conf_LDADD = $(COMMON_LIBS)
tests_fuzz_open_SOURCES = tests/fuzz_open.c
tests_fuzz_open_CFLAGS = $(TEST_CFLAGS)
tests_fuzz_open_LDFLAGS = -fsanitize=fuzzer
tests_fuzz_open_LDADD = $(COMMON_LIBS)
tests_fuzz_pack_SOURCES = tests/fuzz_pack.c
tests_fuzz_pack_CFLAGS = $(TEST_CFLAGS)
tests_fuzz_pack_LDFLAGS = -fsanitize=fuzzer
tests_fuzz_pack_LDADD = $(COMMON_LIBS)
tests_fuzz_policy_SOURCES = tests/fuzz_policy.c
tests_fuzz_policy_CFLAGS = $(TEST_CFLAGS)
tests_fuzz_policy_LDFLAGS = -fsanitize=fuzzer
tests_fuzz_policy_LDADD = $(COMMON_LIBS)
tests_fuzz_record_SOURCES = tests/fuzz_record.c
tests_fuzz_record_CFLAGS = $(TEST_CFLAGS)
tests_fuzz_record_LDFLAGS = -fsanitize=fuzzer
tests_fuzz_record_LDADD = $(COMMON_LIBS)
tests_fuzz_upload_SOURCES = tests/fuzz_upload.c
tests_fuzz_upload_CFLAGS = $(TEST_CFLAGS)
tests_fuzz_upload_LDFLAGS = -fsanitize=fuzzer
tests_fuzz_upload_LDADD = $(COMMON_LIBS)
tests_fuzz_wire_SOURCES = tests/fuzz_wire.c
tests_fuzz_wire_CFLAGS = $(TEST_CFLAGS)
tests_fuzz_wire_LDFLAGS = -fsanitize=fuzzer
tests_fuzz_wire_LDADD = $(COMMON_LIBS)
endif
