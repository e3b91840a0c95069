# What a host needs beside the programs: a unit, a user, and examples.
EXTRA_DIST += setup/common.sh setup/instance.sh setup/smsd.service.in \
	setup/smsvault.sysusers setup/smsvault.tmpfiles

exampledir = $(docdir)/examples
dist_example_DATA = setup/examples/smsd.conf setup/examples/pages.conf
nodist_example_DATA = setup/examples/lighttpd.conf \
	setup/examples/lighttpd-cgi.conf
dist_doc_DATA = README.md LICENSE NOTICE
EXTRA_DIST += setup/examples/lighttpd.conf.in \
	setup/examples/lighttpd-cgi.conf.in

unitdir = $(prefix)/lib/systemd/system
nodist_unit_DATA = setup/smsd.service

# The paths of this build put in.
SET_PATHS = sed -e 's|[@]sbindir@|$(sbindir)|g' -e 's|[@]datadir@|$(datadir)|g' \
	-e 's|[@]sysconfdir@|$(sysconfdir)|g' \
	-e 's|[@]pkglibexecdir@|$(pkglibexecdir)|g'
setup/smsd.service: setup/smsd.service.in Makefile
	$(AM_V_GEN)$(MKDIR_P) setup && \
	$(SET_PATHS) $(srcdir)/setup/smsd.service.in >$@.tmp && mv $@.tmp $@
setup/examples/lighttpd.conf: setup/examples/lighttpd.conf.in Makefile
	$(AM_V_GEN)$(MKDIR_P) setup/examples && \
	$(SET_PATHS) $(srcdir)/setup/examples/lighttpd.conf.in >$@.tmp && mv $@.tmp $@
setup/examples/lighttpd-cgi.conf: setup/examples/lighttpd-cgi.conf.in Makefile
	$(AM_V_GEN)$(MKDIR_P) setup/examples && \
	$(SET_PATHS) $(srcdir)/setup/examples/lighttpd-cgi.conf.in >$@.tmp && mv $@.tmp $@
CLEANFILES += setup/smsd.service setup/examples/lighttpd.conf \
	setup/examples/lighttpd-cgi.conf

# systemd wants these two under names that say whose they are.
install-data-hook:
	$(MKDIR_P) '$(DESTDIR)$(prefix)/lib/sysusers.d' '$(DESTDIR)$(prefix)/lib/tmpfiles.d'
	$(INSTALL_DATA) $(srcdir)/setup/smsvault.sysusers '$(DESTDIR)$(prefix)/lib/sysusers.d/smsvault.conf'
	$(INSTALL_DATA) $(srcdir)/setup/smsvault.tmpfiles '$(DESTDIR)$(prefix)/lib/tmpfiles.d/smsvault.conf'
uninstall-hook:
	rm -f '$(DESTDIR)$(prefix)/lib/sysusers.d/smsvault.conf' '$(DESTDIR)$(prefix)/lib/tmpfiles.d/smsvault.conf'
