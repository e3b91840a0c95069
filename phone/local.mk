noinst_LIBRARIES += phone/libphone.a
phone_libphone_a_SOURCES = \
	phone/apply.c \
	phone/base.c \
	phone/bind.c \
	phone/control.c \
	phone/entries.c \
	phone/files.c \
	phone/journal.c \
	phone/journal.h \
	phone/journal_down.c \
	phone/journal_file.c \
	phone/journal_frame.c \
	phone/journal_internal.h \
	phone/journal_item.c \
	phone/journal_schema.c \
	phone/lostmode.c \
	phone/phone.c \
	phone/phone.h \
	phone/phone_internal.h \
	phone/restore.c \
	phone/transfer.c \
	phone/uploader.c
phone_libphone_a_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/phone $(SQLITE_CFLAGS)
PHONE_LIBS = phone/libphone.a $(COMMON_LIBS) $(SQLITE_LIBS)
