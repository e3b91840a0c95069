dist_man_MANS += \
	man/phone-sim.1 \
	man/smsctl.8 \
	man/smsd-modem.8 \
	man/smsd.8 \
	man/smsd.conf.5 \
	man/smsvault-pages.8 \
	man/smsvault-schema.7 \
	man/smsvault-wire.7
