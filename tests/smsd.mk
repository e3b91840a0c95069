# tests of smsd
SMSD_TEST_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/smsd -I$(top_srcdir)/db $(SQLITE_CFLAGS)
SMSD_TEST_LIBS = $(SMSD_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/check_due
TESTS += tests/check_due
tests_check_due_SOURCES = tests/check_due.c tests/reassembly_test.h
tests_check_due_CPPFLAGS = $(SMSD_TEST_CPPFLAGS)
tests_check_due_CFLAGS = $(TEST_CFLAGS)
tests_check_due_LDADD = $(SMSD_TEST_LIBS)

check_PROGRAMS += tests/check_reassembly
TESTS += tests/check_reassembly
tests_check_reassembly_SOURCES = tests/check_reassembly.c tests/reassembly_test.h
tests_check_reassembly_CPPFLAGS = $(SMSD_TEST_CPPFLAGS)
tests_check_reassembly_CFLAGS = $(TEST_CFLAGS)
tests_check_reassembly_LDADD = $(SMSD_TEST_LIBS)

check_PROGRAMS += tests/check_spool
TESTS += tests/check_spool
tests_check_spool_SOURCES = tests/check_spool.c tests/spool_test.h
tests_check_spool_CPPFLAGS = $(SMSD_TEST_CPPFLAGS)
tests_check_spool_CFLAGS = $(TEST_CFLAGS)
tests_check_spool_LDADD = $(SMSD_TEST_LIBS)

check_PROGRAMS += tests/check_spool_crash
TESTS += tests/check_spool_crash
tests_check_spool_crash_SOURCES = tests/check_spool_crash.c tests/spool_test.h
tests_check_spool_crash_CPPFLAGS = $(SMSD_TEST_CPPFLAGS)
tests_check_spool_crash_CFLAGS = $(TEST_CFLAGS)
tests_check_spool_crash_LDADD = $(SMSD_TEST_LIBS)

check_PROGRAMS += tests/check_order
TESTS += tests/check_order
tests_check_order_SOURCES = tests/check_order.c
tests_check_order_CPPFLAGS = $(SMSD_TEST_CPPFLAGS)
tests_check_order_CFLAGS = $(TEST_CFLAGS)
tests_check_order_LDADD = $(SMSD_TEST_LIBS)

check_PROGRAMS += tests/check_link
TESTS += tests/check_link
tests_check_link_SOURCES = tests/check_link.c
tests_check_link_CPPFLAGS = $(SMSD_TEST_CPPFLAGS)
tests_check_link_CFLAGS = $(TEST_CFLAGS)
tests_check_link_LDADD = $(SMSD_TEST_LIBS)

check_PROGRAMS += tests/check_smsd_conf
TESTS += tests/check_smsd_conf
tests_check_smsd_conf_SOURCES = tests/check_smsd_conf.c
tests_check_smsd_conf_CPPFLAGS = $(SMSD_TEST_CPPFLAGS)
tests_check_smsd_conf_CFLAGS = $(TEST_CFLAGS)
tests_check_smsd_conf_LDADD = $(SMSD_TEST_LIBS)

check_PROGRAMS += tests/check_vault
TESTS += tests/check_vault
tests_check_vault_SOURCES = tests/check_vault.c
tests_check_vault_CPPFLAGS = $(SMSD_TEST_CPPFLAGS)
tests_check_vault_CFLAGS = $(TEST_CFLAGS)
tests_check_vault_LDFLAGS = -Wl,--wrap=gate_phone_by_key \
	-Wl,--wrap=gate_data_key_put -Wl,--wrap=gate_records_put \
	-Wl,--wrap=gate_file_piece_put
tests_check_vault_LDADD = $(SMSD_TEST_LIBS)

check_PROGRAMS += tests/check_outbox
TESTS += tests/check_outbox
tests_check_outbox_SOURCES = tests/check_outbox.c
tests_check_outbox_CPPFLAGS = $(SMSD_TEST_CPPFLAGS)
tests_check_outbox_CFLAGS = $(TEST_CFLAGS)
tests_check_outbox_LDFLAGS = -Wl,--wrap=db_open -Wl,--wrap=db_close \
	-Wl,--wrap=db_reconnect -Wl,--wrap=db_alive \
	-Wl,--wrap=db_listen -Wl,--wrap=db_socket \
	-Wl,--wrap=db_notified -Wl,--wrap=gate_outbox_recover \
	-Wl,--wrap=gate_outbox_claim -Wl,--wrap=gate_outbox_result \
	-Wl,--wrap=gate_outbox_retry -Wl,--wrap=gate_outbox_next \
	-Wl,--wrap=gate_modem_put -Wl,--wrap=gate_modem_count \
	-Wl,--wrap=gate_modem_step -Wl,--wrap=gate_gateway_put \
	-Wl,--wrap=gate_modem_own
tests_check_outbox_LDADD = $(SMSD_TEST_LIBS)

check_PROGRAMS += tests/check_ladder
TESTS += tests/check_ladder
tests_check_ladder_SOURCES = tests/check_ladder.c
tests_check_ladder_CPPFLAGS = $(SMSD_TEST_CPPFLAGS)
tests_check_ladder_CFLAGS = $(TEST_CFLAGS)
tests_check_ladder_LDADD = $(SMSD_TEST_LIBS)

check_PROGRAMS += tests/check_sandbox
TESTS += tests/check_sandbox
tests_check_sandbox_SOURCES = tests/check_sandbox.c smsd/modem/sandbox.c
tests_check_sandbox_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/smsd/modem
tests_check_sandbox_CFLAGS = $(TEST_CFLAGS)
tests_check_sandbox_LDADD = $(SECCOMP_LIBS) $(CHECK_LIBS)

# the modem's faults, and programs that are not ours on the same modem
dist_check_SCRIPTS += tests/modem-faults.sh tests/modem-ladder.sh tests/gammu-stock.sh
TESTS += tests/modem-faults.sh tests/modem-ladder.sh tests/gammu-stock.sh
