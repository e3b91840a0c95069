AIR_SOURCES = tests/air.c tests/air.h tests/air_internal.h tests/air_owner.c \
	tests/air_phone.c tests/air_time.c

# the gateway's logic, with a real database and the phone's library
dist_check_SCRIPTS += tests/with-postgres.sh tests/check-gateway.sh
check_PROGRAMS += tests/gateway-tests
TESTS += tests/check-gateway.sh
tests_gateway_tests_SOURCES = tests/check_gateway.c tests/check_gateway_failed.c \
	tests/check_gateway_forged.c \
	tests/gateway_test.c tests/gateway_test.h $(AIR_SOURCES)
tests_gateway_tests_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/smsd -I$(top_srcdir)/db \
	-I$(top_srcdir)/phone $(PQ_CFLAGS)
tests_gateway_tests_CFLAGS = $(TEST_CFLAGS)
tests_gateway_tests_LDADD = $(SMSD_LIBS) phone/libphone.a $(TEST_LIBS) $(SQLITE_LIBS) $(PQ_LIBS)

# the same with a phone whose frames are written by hand
dist_check_SCRIPTS += tests/check-life-gate.sh
check_PROGRAMS += tests/life-gate-tests
TESTS += tests/check-life-gate.sh
tests_life_gate_tests_SOURCES = tests/check_life_gate.c tests/check_life_ask.c \
	tests/check_life_bind.c \
	tests/check_life_budget.c tests/check_life_claim.c \
	tests/check_life_down.c \
	tests/check_life_down.h tests/check_life_file.c \
	tests/check_life_notice.c \
	tests/check_life_order.c \
	tests/check_life_silent.c tests/check_life_verify.c $(AIR_SOURCES) \
	tests/hand.c tests/hand.h
tests_life_gate_tests_CPPFLAGS = $(tests_gateway_tests_CPPFLAGS) -I$(top_srcdir)/web-cgi
tests_life_gate_tests_CFLAGS = $(TEST_CFLAGS)
tests_life_gate_tests_LDADD = $(WEB_LIBS) $(tests_gateway_tests_LDADD)

# many phones for many days
dist_check_SCRIPTS += tests/check-life.sh
check_PROGRAMS += tests/life-tests
TESTS += tests/check-life.sh
tests_life_tests_SOURCES = tests/check_life.c $(AIR_SOURCES)
tests_life_tests_CPPFLAGS = $(tests_gateway_tests_CPPFLAGS)
tests_life_tests_CFLAGS = $(TEST_CFLAGS)
tests_life_tests_LDADD = $(tests_gateway_tests_LDADD)

# what routine uploads cost on the way down; bench/phone-days is the long run
dist_check_SCRIPTS += tests/check-days.sh
check_PROGRAMS += tests/days-tests
TESTS += tests/check-days.sh
tests_days_tests_SOURCES = tests/check_days.c $(AIR_SOURCES)
tests_days_tests_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests -I$(top_srcdir)/smsd \
	-I$(top_srcdir)/db -I$(top_srcdir)/phone -I$(top_srcdir)/phone-sim $(PQ_CFLAGS)
tests_days_tests_CFLAGS = $(TEST_CFLAGS)
tests_days_tests_LDADD = phone-sim/libphonesim.a $(tests_gateway_tests_LDADD)

# coding against a state that may be lost
dist_check_SCRIPTS += tests/check-base.sh
check_PROGRAMS += tests/base-tests
TESTS += tests/check-base.sh
tests_base_tests_SOURCES = tests/check_base.c $(AIR_SOURCES)
tests_base_tests_CPPFLAGS = $(tests_gateway_tests_CPPFLAGS)
tests_base_tests_CFLAGS = $(TEST_CFLAGS)
tests_base_tests_LDADD = $(tests_gateway_tests_LDADD)
dist_check_SCRIPTS += tests/check-ahead.sh
check_PROGRAMS += tests/ahead-tests
TESTS += tests/check-ahead.sh
tests_ahead_tests_SOURCES = tests/check_ahead.c tests/check_ahead_gate.c \
	tests/ahead.c tests/ahead.h $(AIR_SOURCES)
tests_ahead_tests_CPPFLAGS = $(tests_gateway_tests_CPPFLAGS)
tests_ahead_tests_CFLAGS = $(TEST_CFLAGS)
tests_ahead_tests_LDADD = $(tests_gateway_tests_LDADD)
dist_check_SCRIPTS += tests/check-down-base.sh
check_PROGRAMS += tests/down-base-tests
TESTS += tests/check-down-base.sh
tests_down_base_tests_SOURCES = tests/check_down_base.c \
	tests/check_down_old.c tests/check_down_price.c \
	tests/check_down_there.c tests/down.c tests/down.h $(AIR_SOURCES)
tests_down_base_tests_CPPFLAGS = $(tests_gateway_tests_CPPFLAGS) -I$(top_srcdir)/web-cgi
tests_down_base_tests_CFLAGS = $(TEST_CFLAGS)
tests_down_base_tests_LDADD = $(WEB_LIBS) $(tests_gateway_tests_LDADD)
