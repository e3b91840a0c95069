# Fuzz targets.  smoke_* replays the corpus and seeded mutations of it in make
# check; with --enable-fuzz (and clang) fuzz_* is the same for libFuzzer.
EXTRA_DIST += tests/corpus tests/fuzz

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

check_PROGRAMS += tests/smoke_at
TESTS += tests/smoke_at
tests_smoke_at_SOURCES = tests/fuzz_at.c tests/fuzz_main.c
tests_smoke_at_CPPFLAGS = $(SIM_TEST_CPPFLAGS)
tests_smoke_at_CFLAGS = $(TEST_CFLAGS)
tests_smoke_at_LDADD = $(SIM_LIBS)

check_PROGRAMS += tests/smoke_link
TESTS += tests/smoke_link
tests_smoke_link_SOURCES = tests/fuzz_link.c tests/fuzz_main.c
tests_smoke_link_CPPFLAGS = $(SMSD_TEST_CPPFLAGS)
tests_smoke_link_CFLAGS = $(TEST_CFLAGS)
tests_smoke_link_LDADD = $(SMSD_LIBS)

check_PROGRAMS += tests/smoke_pdu
TESTS += tests/smoke_pdu
tests_smoke_pdu_SOURCES = tests/fuzz_pdu.c tests/fuzz_main.c
tests_smoke_pdu_CPPFLAGS = $(SIM_TEST_CPPFLAGS)
tests_smoke_pdu_CFLAGS = $(TEST_CFLAGS)
tests_smoke_pdu_LDADD = $(SIM_LIBS)

check_PROGRAMS += tests/smoke_web
TESTS += tests/smoke_web
tests_smoke_web_SOURCES = tests/fuzz_web.c tests/fuzz_main.c
tests_smoke_web_CPPFLAGS = $(WEB_TEST_CPPFLAGS)
tests_smoke_web_CFLAGS = $(TEST_CFLAGS)
tests_smoke_web_LDADD = $(WEB_LIBS)

if FUZZ
FUZZ_TARGETS = \
	tests/fuzz_at \
	tests/fuzz_code \
	tests/fuzz_conf \
	tests/fuzz_link \
	tests/fuzz_open \
	tests/fuzz_pack \
	tests/fuzz_pdu \
	tests/fuzz_policy \
	tests/fuzz_record \
	tests/fuzz_upload \
	tests/fuzz_web \
	tests/fuzz_wire
noinst_PROGRAMS += $(FUZZ_TARGETS)
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
tests_fuzz_at_SOURCES = tests/fuzz_at.c
tests_fuzz_at_CPPFLAGS = $(SIM_TEST_CPPFLAGS)
tests_fuzz_at_CFLAGS = $(TEST_CFLAGS)
tests_fuzz_at_LDFLAGS = -fsanitize=fuzzer
tests_fuzz_at_LDADD = $(SIM_LIBS)
tests_fuzz_link_SOURCES = tests/fuzz_link.c
tests_fuzz_link_CPPFLAGS = $(SMSD_TEST_CPPFLAGS)
tests_fuzz_link_CFLAGS = $(TEST_CFLAGS)
tests_fuzz_link_LDFLAGS = -fsanitize=fuzzer
tests_fuzz_link_LDADD = $(SMSD_LIBS)
tests_fuzz_pdu_SOURCES = tests/fuzz_pdu.c
tests_fuzz_pdu_CPPFLAGS = $(SIM_TEST_CPPFLAGS)
tests_fuzz_pdu_CFLAGS = $(TEST_CFLAGS)
tests_fuzz_pdu_LDFLAGS = -fsanitize=fuzzer
tests_fuzz_pdu_LDADD = $(SIM_LIBS)
tests_fuzz_web_SOURCES = tests/fuzz_web.c
tests_fuzz_web_CPPFLAGS = $(WEB_TEST_CPPFLAGS)
tests_fuzz_web_CFLAGS = $(TEST_CFLAGS)
tests_fuzz_web_LDFLAGS = -fsanitize=fuzzer
tests_fuzz_web_LDADD = $(WEB_LIBS)
endif
