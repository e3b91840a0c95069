# bench

noinst_PROGRAMS += bench/pack-size
bench_pack_size_SOURCES = \
	bench/corpus.c \
	bench/corpus.h \
	bench/methods.c \
	bench/methods.h \
	bench/pack-size.c \
	bench/plan.c \
	bench/plan.h
bench_pack_size_CFLAGS = $(WARN_CFLAGS) $(JANSSON_CFLAGS) $(ZSTD_CFLAGS) $(ZLIB_CFLAGS)
bench_pack_size_LDADD = $(COMMON_LIBS) $(JANSSON_LIBS) $(ZSTD_LIBS) -lm

noinst_PROGRAMS += bench/down-size
bench_down_size_SOURCES = bench/corpus.c bench/corpus.h bench/down-size.c
bench_down_size_CFLAGS = $(WARN_CFLAGS) $(JANSSON_CFLAGS)
bench_down_size_LDADD = $(COMMON_LIBS) $(JANSSON_LIBS) -lm

EXTRA_DIST += bench/faults bench/gateway bench/lib.sh bench/pages bench/phone-days
noinst_PROGRAMS += bench/frames bench/pump
bench_frames_SOURCES = bench/frames.c
bench_frames_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/phone
bench_frames_LDADD = $(PHONE_LIBS)
bench_pump_SOURCES = bench/pump.c

EXTRA_DIST += bench/pack-table
