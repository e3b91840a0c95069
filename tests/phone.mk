# tests of phone
PHONE_TEST_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/phone
PHONE_TEST_LIBS = $(PHONE_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/check_journal
TESTS += tests/check_journal
tests_check_journal_SOURCES = tests/check_journal.c
tests_check_journal_CPPFLAGS = $(PHONE_TEST_CPPFLAGS)
tests_check_journal_CFLAGS = $(TEST_CFLAGS)
tests_check_journal_LDADD = $(PHONE_TEST_LIBS)

check_PROGRAMS += tests/check_phone
TESTS += tests/check_phone
tests_check_phone_SOURCES = tests/check_phone.c tests/check_phone_bind.c \
	tests/check_phone_told.c \
	tests/phone_test.c tests/phone_test.h tests/peer.c tests/peer.h
tests_check_phone_CPPFLAGS = $(PHONE_TEST_CPPFLAGS)
tests_check_phone_CFLAGS = $(TEST_CFLAGS)
tests_check_phone_LDADD = $(PHONE_TEST_LIBS)

check_PROGRAMS += tests/check_phone_life
TESTS += tests/check_phone_life
tests_check_phone_life_SOURCES = tests/check_phone_life.c \
	tests/check_phone_file.c tests/check_phone_lost.c \
	tests/phone_test.c tests/phone_test.h tests/peer.c tests/peer.h
tests_check_phone_life_CPPFLAGS = $(PHONE_TEST_CPPFLAGS)
tests_check_phone_life_CFLAGS = $(TEST_CFLAGS)
tests_check_phone_life_LDADD = $(PHONE_TEST_LIBS)

check_PROGRAMS += tests/check_phone_down
TESTS += tests/check_phone_down
tests_check_phone_down_SOURCES = tests/check_phone_down.c tests/phone_test.c \
	tests/phone_test.h tests/peer.c tests/peer.h
tests_check_phone_down_CPPFLAGS = $(PHONE_TEST_CPPFLAGS)
tests_check_phone_down_CFLAGS = $(TEST_CFLAGS)
tests_check_phone_down_LDADD = $(PHONE_TEST_LIBS)
