noinst_LIBRARIES += lib/libcommon.a
lib_libcommon_a_SOURCES = \
	lib/answer.c \
	lib/answer.h \
	lib/be.h \
	lib/coding.c \
	lib/coding.h \
	lib/conf.c \
	lib/conf.h \
	lib/down_text.c \
	lib/down_text.h \
	lib/find.c \
	lib/find.h \
	lib/gsm7.c \
	lib/gsm7.h \
	lib/log.c \
	lib/log.h \
	lib/pack.c \
	lib/pack.h \
	lib/pack_characters.c \
	lib/pack_choice.c \
	lib/pack_coder.c \
	lib/pack_coder.h \
	lib/pack_context.c \
	lib/pack_date.c \
	lib/pack_dict.c \
	lib/pack_fields.c \
	lib/pack_internal.h \
	lib/pack_lists.c \
	lib/pack_lists.h \
	lib/pack_mix.c \
	lib/pack_mix.h \
	lib/pack_model.c \
	lib/pack_model.h \
	lib/pack_model_internal.h \
	lib/pack_number.c \
	lib/pack_predict.c \
	lib/pack_prime.c \
	lib/pack_prime.h \
	lib/pack_prime_lines.c \
	lib/pack_prime_words.c \
	lib/pack_save.c \
	lib/pack_state.c \
	lib/pack_state.h \
	lib/pack_text.c \
	lib/password.c \
	lib/password.h \
	lib/policy.c \
	lib/policy.h \
	lib/record.c \
	lib/record.h \
	lib/rest.c \
	lib/rest.h \
	lib/seal.c \
	lib/seal.h \
	lib/seal_air.c \
	lib/seal_bind.c \
	lib/seal_code.c \
	lib/seal_internal.h \
	lib/upload.c \
	lib/upload.h \
	lib/utf8.c \
	lib/utf8.h \
	lib/wire.c \
	lib/wire.h
lib_libcommon_a_CPPFLAGS = $(AM_CPPFLAGS) $(CRYPTO_CFLAGS) $(CONFUSE_CFLAGS) $(ZLIB_CFLAGS) $(ZSTD_CFLAGS)
# Each of the two needs the other.
COMMON_LIBS = lib/libcommon.a lib/libprimed.a lib/libcommon.a $(COMMON_FOREIGN)
COMMON_FOREIGN = $(CRYPTO_LIBS) $(CONFUSE_LIBS) $(ZLIB_LIBS) $(ZSTD_LIBS)
EXTRA_DIST += lib/dict/make-characters.py lib/dict/make-dictionary.py lib/dict/make-prime.py lib/dict/make-words.py lib/dict/zh.txt

# The model of the codec is learnt once, here, and not in every program.
noinst_LIBRARIES += lib/libprimed.a
noinst_PROGRAMS += lib/make-primed
lib_make_primed_SOURCES = lib/make_primed.c lib/pack_learnt.c
lib_make_primed_LDADD = lib/libcommon.a $(COMMON_FOREIGN)
if CROSS
lib_libprimed_a_SOURCES = lib/pack_learnt.c
EXTRA_DIST += lib/pack_primed.c
else
lib_libprimed_a_SOURCES = lib/pack_primed.c
lib/pack_primed.$(OBJEXT): lib/primed.bin
endif
lib/primed.bin: lib/make-primed$(EXEEXT)
	$(AM_V_GEN)lib/make-primed$(EXEEXT) $@.new && mv $@.new $@
CLEANFILES += lib/primed.bin lib/primed.bin.new
