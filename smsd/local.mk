noinst_LIBRARIES += smsd/libsmsd.a
smsd_libsmsd_a_SOURCES = \
	smsd/bases.c \
	smsd/bases.h \
	smsd/binding.c \
	smsd/completeness.c \
	smsd/down.c \
	smsd/gateway.c \
	smsd/gateway.h \
	smsd/gateway_internal.h \
	smsd/gateway_open.c \
	smsd/gateway_tick.c \
	smsd/gateway_upload.c \
	smsd/ingest.c \
	smsd/ingest.h \
	smsd/keys.c \
	smsd/keys.h \
	smsd/ladder.c \
	smsd/ladder.h \
	smsd/link.c \
	smsd/link.h \
	smsd/lost.c \
	smsd/notice.c \
	smsd/notice.h \
	smsd/notices.c \
	smsd/notices.h \
	smsd/notify.c \
	smsd/notify.h \
	smsd/order.c \
	smsd/order.h \
	smsd/order_take.c \
	smsd/outbox.c \
	smsd/outbox.h \
	smsd/post.c \
	smsd/post.h \
	smsd/preflight.c \
	smsd/preflight.h \
	smsd/reassembly.c \
	smsd/reassembly.h \
	smsd/recall.c \
	smsd/recall.h \
	smsd/restore.c \
	smsd/smsd_conf.c \
	smsd/smsd_conf.h \
	smsd/spool.c \
	smsd/spool.h \
	smsd/supervisor.c \
	smsd/supervisor_child.c \
	smsd/supervisor.h \
	smsd/supervisor_internal.h \
	smsd/udh.c \
	smsd/udh.h \
	smsd/vault.c \
	smsd/vault.h
smsd_libsmsd_a_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/smsd -I$(top_srcdir)/db \
	$(SQLITE_CFLAGS) $(EVENT_CFLAGS) $(CURL_CFLAGS) \
	-DSMSD_MODEM_PROGRAM='"$(libexecdir)/smsvault/smsd-modem"'
SMSD_LIBS = smsd/libsmsd.a $(DB_LIBS) $(COMMON_LIBS) $(SQLITE_LIBS) $(EVENT_LIBS) $(CURL_LIBS)

sbin_PROGRAMS += smsd/smsd
smsd_smsd_SOURCES = smsd/main.c
smsd_smsd_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/smsd -I$(top_srcdir)/db \
	-DSYSCONFDIR='"$(sysconfdir)"'
smsd_smsd_LDADD = $(SMSD_LIBS)

# The only program with libGammu.  GPL-2: nothing of OpenSSL may come near it.
pkglibexec_PROGRAMS = smsd/smsd-modem
smsd_smsd_modem_SOURCES = \
	lib/gsm7.c \
	lib/log.c \
	lib/utf8.c \
	smsd/modem/janitor.c \
	smsd/modem/janitor.h \
	smsd/modem/main.c \
	smsd/modem/modem.c \
	smsd/modem/modem.h \
	smsd/modem/sandbox.c \
	smsd/modem/sandbox.h \
	smsd/modem/watch.c \
	smsd/modem/watch.h
smsd_smsd_modem_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/smsd $(GAMMU_CFLAGS)
smsd_smsd_modem_LDADD = $(GAMMU_LIBS) $(SECCOMP_LIBS)

sbin_PROGRAMS += smsd/smsctl
smsd_smsctl_SOURCES = smsd/smsctl.c smsd/smsctl.h smsd/smsctl_modem.c \
	smsd/smsctl_operator.c smsd/smsctl_verify.c
smsd_smsctl_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/smsd -I$(top_srcdir)/db \
	-DSYSCONFDIR='"$(sysconfdir)"' -DMIGRATIONS_DIR='"$(datadir)/smsvault/migrations"'
smsd_smsctl_LDADD = $(SMSD_LIBS)
