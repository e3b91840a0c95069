noinst_LIBRARIES += db/libdb.a
db_libdb_a_SOURCES = \
	db/db.c \
	db/db.h \
	db/db_internal.h \
	db/gate.c \
	db/gate.h \
	db/gate_anew.c \
	db/gate_base.c \
	db/gate_binding.c \
	db/gate_claim.c \
	db/gate_code.c \
	db/gate_code.h \
	db/gate_down.c \
	db/gate_file.c \
	db/gate_internal.h \
	db/gate_lost.c \
	db/gate_notice.c \
	db/gate_notice.h \
	db/gate_outbox.c \
	db/gate_phone.c \
	db/gate_restore.c \
	db/gate_upload.c \
	db/migrate.c \
	db/operator.c \
	db/operator.h \
	db/operator_access.c \
	db/operator_access.h \
	db/operator_change.c \
	db/operator_change.h \
	db/operator_internal.h \
	db/operator_traffic.c \
	db/operator_verify.c \
	db/operator_verify.h \
	db/pages.c \
	db/pages.h \
	db/pages_account.c \
	db/pages_browse.h \
	db/pages_check.c \
	db/pages_check.h \
	db/pages_confirm.c \
	db/pages_event.c \
	db/pages_file.c \
	db/pages_history.c \
	db/pages_import.c \
	db/pages_import.h \
	db/pages_internal.h \
	db/pages_life.c \
	db/pages_life.h \
	db/pages_list.c \
	db/pages_lost.c \
	db/pages_lost.h \
	db/pages_phone.c \
	db/pages_policy.c \
	db/pages_policy.h \
	db/pages_record.c \
	db/pages_restore.c \
	db/pages_settings.c \
	db/pages_settings.h \
	db/pages_walk.c
db_libdb_a_CPPFLAGS = $(AM_CPPFLAGS) $(PQ_CFLAGS)
DB_LIBS = db/libdb.a $(PQ_LIBS)

migrationsdir = $(datadir)/smsvault/migrations
dist_migrations_DATA = \
	db/migrations/0001_first.sql \
	db/migrations/0002_life.sql \
	db/migrations/0003_segments.sql \
	db/migrations/0004_owner.sql \
	db/migrations/0005_taken_back.sql \
	db/migrations/0006_device_known.sql \
	db/migrations/0007_singles.sql \
	db/migrations/0008_wait.sql \
	db/migrations/0009_beyond.sql \
	db/migrations/0010_trusted.sql \
	db/migrations/0011_import_files.sql \
	db/migrations/0012_down_base.sql \
	db/migrations/0013_ahead.sql \
	db/migrations/0014_price.sql \
	db/migrations/0015_codes.sql \
	db/migrations/0016_made.sql \
	db/migrations/0017_bodies.sql \
	db/migrations/0018_operators.sql \
	db/migrations/0019_check.sql \
	db/migrations/0020_asked.sql \
	db/migrations/0021_operator_changes.sql \
	db/migrations/0022_ladder.sql \
	db/migrations/0023_taken_out.sql \
	db/migrations/0024_damage_told.sql
