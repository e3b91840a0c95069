dist_man_MANS += man/smsvault-wire.7
