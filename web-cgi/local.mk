noinst_LIBRARIES += web-cgi/libwebcgi.a
web_cgi_libwebcgi_a_SOURCES = \
	web-cgi/browse.c \
	web-cgi/browse.h \
	web-cgi/budget.h \
	web-cgi/buf.c \
	web-cgi/buf.h \
	web-cgi/contact_edit.c \
	web-cgi/contact_edit.h \
	web-cgi/deliver.c \
	web-cgi/demo.c \
	web-cgi/demo.h \
	web-cgi/demo_page.h \
	web-cgi/deliver.h \
	web-cgi/evidence.c \
	web-cgi/evidence.h \
	web-cgi/event_words.c \
	web-cgi/event_words.h \
	web-cgi/export.c \
	web-cgi/export.h \
	web-cgi/export_csv.c \
	web-cgi/export_ical.c \
	web-cgi/export_internal.h \
	web-cgi/export_json.c \
	web-cgi/export_mbox.c \
	web-cgi/export_vcard.c \
	web-cgi/export_xml.c \
	web-cgi/export_zip.c \
	web-cgi/export_zone.c \
	web-cgi/form.c \
	web-cgi/form.h \
	web-cgi/gather.c \
	web-cgi/gather.h \
	web-cgi/fields.c \
	web-cgi/fields.h \
	web-cgi/file_read.c \
	web-cgi/file_read.h \
	web-cgi/html.c \
	web-cgi/html.h \
	web-cgi/import.c \
	web-cgi/import.h \
	web-cgi/import_csv.c \
	web-cgi/import_ical.c \
	web-cgi/import_internal.h \
	web-cgi/import_vcard.c \
	web-cgi/import_xml.c \
	web-cgi/menu.c \
	web-cgi/menu.h \
	web-cgi/occur.c \
	web-cgi/occur.h \
	web-cgi/open.c \
	web-cgi/open.h \
	web-cgi/page.c \
	web-cgi/page.h \
	web-cgi/page_account.c \
	web-cgi/page_binding.c \
	web-cgi/page_budget.c \
	web-cgi/page_calendar.c \
	web-cgi/page_calls.c \
	web-cgi/page_check.c \
	web-cgi/page_codes.c \
	web-cgi/page_contact_edit.c \
	web-cgi/page_contacts.c \
	web-cgi/page_demo.c \
	web-cgi/page_demo_story.c \
	web-cgi/page_entry.c \
	web-cgi/page_events.c \
	web-cgi/page_evidence.c \
	web-cgi/page_export.c \
	web-cgi/page_file.c \
	web-cgi/page_history.c \
	web-cgi/page_import.c \
	web-cgi/page_lost.c \
	web-cgi/page_messages.c \
	web-cgi/page_notes.c \
	web-cgi/page_operator.c \
	web-cgi/page_operator_accounts.c \
	web-cgi/page_operator_aside.c \
	web-cgi/page_operator_modems.c \
	web-cgi/page_operator_queue.c \
	web-cgi/page_operator_traffic.c \
	web-cgi/page_phone.c \
	web-cgi/page_phones.c \
	web-cgi/page_sims.c \
	web-cgi/phone_facts.c \
	web-cgi/phone_facts.h \
	web-cgi/page_notices.c \
	web-cgi/page_policy.c \
	web-cgi/page_restore.c \
	web-cgi/page_restore_pick.c \
	web-cgi/page_restore_show.c \
	web-cgi/present.c \
	web-cgi/present.h \
	web-cgi/plot.c \
	web-cgi/plot.h \
	web-cgi/page_record.c \
	web-cgi/policy_cost.c \
	web-cgi/policy_cost.h \
	web-cgi/policy_form.c \
	web-cgi/policy_form.h \
	web-cgi/policy_words.c \
	web-cgi/policy_words.h \
	web-cgi/page_search.c \
	web-cgi/page_wipe.c \
	web-cgi/price.c \
	web-cgi/price.h \
	web-cgi/private.c \
	web-cgi/private.h \
	web-cgi/request.c \
	web-cgi/request.h \
	web-cgi/restore_page.h \
	web-cgi/restore_wish.c \
	web-cgi/restore_wish.h \
	web-cgi/session.c \
	web-cgi/simulator.c \
	web-cgi/simulator.h \
	web-cgi/text.c \
	web-cgi/text.def \
	web-cgi/text_browse.def \
	web-cgi/text_check.def \
	web-cgi/text_control.def \
	web-cgi/text_demo.def \
	web-cgi/text_lost.def \
	web-cgi/text_operator.def \
	web-cgi/text_policy.def \
	web-cgi/text_restore.def \
	web-cgi/text_settings.def \
	web-cgi/trusted.c \
	web-cgi/trusted.h \
	web-cgi/verify.c \
	web-cgi/verify.h \
	web-cgi/text.h
web_cgi_libwebcgi_a_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/web-cgi \
	-I$(top_srcdir)/db $(QRENCODE_CFLAGS) $(ARCHIVE_CFLAGS) $(ICAL_CFLAGS) \
	$(JANSSON_CFLAGS) $(XML_CFLAGS)
EXPORT_LIBS = $(ARCHIVE_LIBS) $(ICAL_LIBS) $(JANSSON_LIBS) $(XML_LIBS)
WEB_LIBS = web-cgi/libwebcgi.a $(DB_LIBS) $(COMMON_LIBS) $(QRENCODE_LIBS) $(EXPORT_LIBS)

pkglibexec_PROGRAMS += web-cgi/smsvault-pages
web_cgi_smsvault_pages_SOURCES = web-cgi/main.c
web_cgi_smsvault_pages_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/web-cgi -I$(top_srcdir)/db \
	-DSYSCONFDIR='"$(sysconfdir)"'
web_cgi_smsvault_pages_LDADD = $(WEB_LIBS) $(FCGI_LIBS)

staticdir = $(datadir)/smsvault/static
dist_static_DATA = \
	web-cgi/static/app.js \
	web-cgi/static/icon.svg \
	web-cgi/static/point-seal.svg \
	web-cgi/static/point-sim.svg \
	web-cgi/static/point-sms.svg \
	web-cgi/static/style.css
