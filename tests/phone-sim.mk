# tests of phone-sim
SIM_TEST_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/phone-sim -I$(top_srcdir)/phone $(EVENT_CFLAGS)
SIM_TEST_LIBS = $(SIM_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/check_sim_at
TESTS += tests/check_sim_at
tests_check_sim_at_SOURCES = tests/check_sim_at.c
tests_check_sim_at_CPPFLAGS = $(SIM_TEST_CPPFLAGS)
tests_check_sim_at_CFLAGS = $(TEST_CFLAGS)
tests_check_sim_at_LDADD = $(SIM_TEST_LIBS)
EXTRA_DIST += \
	tests/transcripts/faults.at \
	tests/transcripts/libgammu.at \
	tests/transcripts/line.at \
	tests/transcripts/memory.at \
	tests/transcripts/network.at \
	tests/transcripts/receive.at \
	tests/transcripts/report.at \
	tests/transcripts/send.at

check_PROGRAMS += tests/check_sim_pdu
TESTS += tests/check_sim_pdu
tests_check_sim_pdu_SOURCES = tests/check_sim_pdu.c
tests_check_sim_pdu_CPPFLAGS = $(SIM_TEST_CPPFLAGS)
tests_check_sim_pdu_CFLAGS = $(TEST_CFLAGS)
tests_check_sim_pdu_LDADD = $(SIM_TEST_LIBS)

check_PROGRAMS += tests/check_sim_net
TESTS += tests/check_sim_net
tests_check_sim_net_SOURCES = tests/check_sim_net.c
tests_check_sim_net_CPPFLAGS = $(SIM_TEST_CPPFLAGS)
tests_check_sim_net_CFLAGS = $(TEST_CFLAGS)
tests_check_sim_net_LDADD = $(SIM_TEST_LIBS)

# The stories, with phones that are bound to a service's end of the air.
check_PROGRAMS += tests/check_scene
TESTS += tests/check_scene
tests_check_scene_SOURCES = tests/check_scene.c tests/peer.c tests/peer.h
tests_check_scene_CPPFLAGS = $(SIM_TEST_CPPFLAGS)
tests_check_scene_CFLAGS = $(TEST_CFLAGS)
tests_check_scene_LDADD = $(SIM_TEST_LIBS)
