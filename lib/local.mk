noinst_LIBRARIES += lib/libcommon.a
lib_libcommon_a_SOURCES = \
	lib/answer.c \
	lib/answer.h \
	lib/be.h \
	lib/coding.c \
	lib/coding.h \
	lib/conf.c \
	lib/conf.h \
	lib/log.c \
	lib/log.h \
	lib/pack.c \
	lib/pack.h \
	lib/pack_dict.c \
	lib/pack_fields.c \
	lib/pack_internal.h \
	lib/policy.c \
	lib/policy.h \
	lib/record.c \
	lib/record.h \
	lib/rest.c \
	lib/rest.h \
	lib/seal.c \
	lib/seal.h \
	lib/seal_air.c \
	lib/seal_code.c \
	lib/seal_internal.h \
	lib/upload.c \
	lib/upload.h \
	lib/utf8.c \
	lib/utf8.h \
	lib/wire.c \
	lib/wire.h
lib_libcommon_a_CPPFLAGS = $(AM_CPPFLAGS) $(CRYPTO_CFLAGS) $(CONFUSE_CFLAGS) $(ZLIB_CFLAGS) $(ZSTD_CFLAGS)
COMMON_LIBS = lib/libcommon.a $(CRYPTO_LIBS) $(CONFUSE_LIBS) $(ZLIB_LIBS) $(ZSTD_LIBS)
EXTRA_DIST += lib/dict/make-dictionary.py lib/dict/zh.txt
