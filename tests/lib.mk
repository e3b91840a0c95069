# tests of lib/
TEST_CFLAGS = $(WARN_CFLAGS) -Wno-conversion -Wno-float-equal $(CHECK_CFLAGS)
TEST_LIBS = $(COMMON_LIBS) $(CHECK_LIBS)
EXTRA_DIST += tests/check_main.h

check_PROGRAMS += tests/check_pack
TESTS += tests/check_pack
tests_check_pack_SOURCES = tests/check_pack.c
tests_check_pack_CFLAGS = $(TEST_CFLAGS)
tests_check_pack_LDADD = $(TEST_LIBS)

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
