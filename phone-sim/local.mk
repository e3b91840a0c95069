# phone-sim: the library, and the program over it
noinst_LIBRARIES += phone-sim/libphonesim.a
phone_sim_libphonesim_a_SOURCES = \
	phone-sim/air.c \
	phone-sim/air.h \
	phone-sim/at.c \
	phone-sim/at.h \
	phone-sim/at_internal.h \
	phone-sim/at_modem.c \
	phone-sim/at_sms.c \
	phone-sim/book.c \
	phone-sim/book.h \
	phone-sim/command.c \
	phone-sim/command.h \
	phone-sim/command_life.c \
	phone-sim/command_modem.c \
	phone-sim/command_phone.c \
	phone-sim/command_scene.c \
	phone-sim/control.c \
	phone-sim/control.h \
	phone-sim/handset.c \
	phone-sim/handset.h \
	phone-sim/material.h \
	phone-sim/material_en.c \
	phone-sim/material_zh.c \
	phone-sim/modem.c \
	phone-sim/modem.h \
	phone-sim/options.c \
	phone-sim/options.h \
	phone-sim/pdu.c \
	phone-sim/pdu.h \
	phone-sim/people.c \
	phone-sim/people.h \
	phone-sim/people_more.c \
	phone-sim/phones.c \
	phone-sim/phones.h \
	phone-sim/phones_internal.h \
	phone-sim/phones_life.c \
	phone-sim/phones_radio.c \
	phone-sim/phones_store.c \
	phone-sim/phones_user.c \
	phone-sim/png.c \
	phone-sim/png.h \
	phone-sim/rng.h \
	phone-sim/scene.c \
	phone-sim/scene.h \
	phone-sim/scene_table.c \
	phone-sim/sched.c \
	phone-sim/sched.h \
	phone-sim/sim.c \
	phone-sim/sim.h \
	phone-sim/smsc.c \
	phone-sim/smsc.h \
	phone-sim/store.c \
	phone-sim/store.h \
	phone-sim/text.c \
	phone-sim/text.h \
	phone-sim/tty.c \
	phone-sim/tty.h
phone_sim_libphonesim_a_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/phone $(EVENT_CFLAGS) \
	-DSIM_VERSION='"$(PACKAGE_VERSION)"'
SIM_LIBS = phone-sim/libphonesim.a $(PHONE_LIBS) $(EVENT_LIBS) -lm

bin_PROGRAMS += phone-sim/phone-sim
phone_sim_phone_sim_SOURCES = phone-sim/main.c
phone_sim_phone_sim_CPPFLAGS = $(AM_CPPFLAGS) $(EVENT_CFLAGS)
phone_sim_phone_sim_LDADD = $(SIM_LIBS)
