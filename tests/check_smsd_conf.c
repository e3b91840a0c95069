/* smsd.conf: what is read, and what is said of what cannot be. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "check_main.h"
#include "log.h"
#include "smsd_conf.h"

/* Read text as a file; what was logged goes to said. */
static int
read_text(const char *text, struct smsd_conf *conf, char *said, size_t cap)
{
	int file = memfd_create("conf", MFD_CLOEXEC);
	int log = memfd_create("log", MFD_CLOEXEC), old = dup(STDERR_FILENO);
	char path[64];
	ssize_t n;
	int ret;

	ck_assert(file != -1 && log != -1 && old != -1);
	ck_assert_int_eq(
	    write(file, text, strlen(text)), (ssize_t)strlen(text));
	snprintf(path, sizeof path, "/proc/self/fd/%d", file);
	fflush(stderr);
	dup2(log, STDERR_FILENO);
	ret = smsd_conf_read(path, conf);
	fflush(stderr);
	dup2(old, STDERR_FILENO);
	n = pread(log, said, cap - 1, 0);
	said[n > 0 ? n : 0] = '\0';
	close(file);
	close(log);
	close(old);
	return ret;
}

#define MODEM(name, device) \
	"modem \"" name "\" {\n\tdevice = \"" device "\"\n}\n"

static const struct {
	const char *why, *text;
	const char *said; /* NULL: it is read */
} cases[] = {
	{ "nothing but defaults", "", NULL },
	{ "a modem", MODEM("a", "/dev/ttyUSB0"), NULL },
	{ "two modems", MODEM("a", "/dev/a") MODEM("b", "/dev/b"), NULL },
	{ "a name of 31 characters",
	    MODEM("0123456789012345678901234567890", "/dev/a"), NULL },
	{ "a name of 32", MODEM("01234567890123456789012345678901", "/dev/a"),
	    "1 to 31 characters" },
	{ "no name", MODEM("", "/dev/a"), "1 to 31 characters" },
	{ "no device", "modem \"a\" {\n}\n", "has no device" },
	{ "one device twice", MODEM("a", "/dev/a") MODEM("b", "/dev/a"),
	    "the same device /dev/a" },
	{ "an unknown key", "colour = \"red\"\n", "colour" },
	{ "an unknown key of a modem",
	    "modem \"a\" {\n\tdevice = \"/dev/a\"\n\tspeed = 1\n}\n", "speed" },
	{ "no number", "quiet_s = soon\n", "quiet_s" },
	{ "too small", "quiet_s = 0\n", "1..86400" },
	{ "too large", "quiet_s = 86401\n", "1..86400" },
	{ "negative", "month_sms_max = -1\n", "month_sms_max" },
	{ "larger than any number", "day_sms_max = 99999999999999999999\n",
	    "day_sms_max" },
	{ "polling never",
	    "modem \"a\" {\n\tdevice = \"/dev/a\"\n\tpoll_s = 0\n}\n",
	    "1..3600" },
	{ "neither yes nor no", "reports = maybe\n", "reports" },
	{ "a section that does not end", "modem \"a\" {\n", "" },
	{ "no configuration at all", "\001\002\377", "" },
};

START_TEST(a_file_is_read_or_refused)
{
	struct smsd_conf conf;
	char said[2000];
	int ret = read_text(cases[_i].text, &conf, said, sizeof said);

	ck_assert_msg(ret == (cases[_i].said == NULL ? 0 : -1),
	    "%s: got %d, said %s", cases[_i].why, ret, said);
	if (cases[_i].said != NULL) {
		ck_assert_msg(strstr(said, cases[_i].said) != NULL,
		    "%s: said %s", cases[_i].why, said);
		ck_assert_msg(
		    said[0] != '\0', "%s: said nothing", cases[_i].why);
		ck_assert_uint_eq(conf.modems, 0);
		ck_assert_ptr_null(conf.path);
	}
	smsd_conf_clear(&conf);
	smsd_conf_clear(&conf); /* twice does no harm */
}
END_TEST

START_TEST(what_is_not_said_has_its_default)
{
	struct smsd_conf conf;
	char said[2000];
	char *path;

	ck_assert_int_eq(
	    read_text(MODEM("a", "/dev/a"), &conf, said, sizeof said), 0);
	ck_assert_str_eq(conf.spool, "/var/lib/smsvault/spool.db");
	ck_assert_int_eq(conf.quiet_s, 600);
	ck_assert_int_eq(conf.validity_h, 72);
	ck_assert_int_eq(conf.month_sms_max, 0);
	ck_assert(conf.reports && !conf.syslog && !conf.verbose);
	ck_assert_uint_eq(conf.modems, 1);
	ck_assert_str_eq(conf.modem[0].name, "a");
	ck_assert_str_eq(conf.modem[0].connection, "at");
	ck_assert_str_eq(conf.modem[0].pin, "");
	ck_assert_str_eq(conf.modem[0].power_hook, "");
	ck_assert_int_eq(conf.modem[0].poll_s, 10);
	ck_assert_int_eq(conf.modem[0].reset_after_s, 15);
	ck_assert_int_eq(conf.modem[0].hook_after_s, 45);
	ck_assert_int_eq(conf.modem[0].alarm_after_s, 120);
	path = smsd_conf_key_path(&conf, "gateway");
	ck_assert_str_eq(path, "/etc/smsvault/keys/gateway.key");
	free(path);
	smsd_conf_clear(&conf);
}
END_TEST

START_TEST(what_is_said_holds)
{
	static const char text[] =
	    "spool = \"/s\"\nquiet_s = 3\nreports = no\nprice_milli = 50\n"
	    "modem \"one\" {\n device = \"/dev/1\"\n pin = \"1234\"\n"
	    " poll_s = 3600\n power_hook = \"/bin/hook\"\n"
	    " connection = \"at115200\"\n}\n" MODEM("two", "/dev/2");
	struct smsd_conf conf;
	char said[2000];

	ck_assert_int_eq(read_text(text, &conf, said, sizeof said), 0);
	ck_assert_str_eq(conf.spool, "/s");
	ck_assert_int_eq(conf.quiet_s, 3);
	ck_assert_int_eq(conf.price_milli, 50);
	ck_assert(!conf.reports);
	ck_assert_uint_eq(conf.modems, 2);
	ck_assert_str_eq(conf.modem[0].pin, "1234");
	ck_assert_str_eq(conf.modem[0].power_hook, "/bin/hook");
	ck_assert_str_eq(conf.modem[0].connection, "at115200");
	ck_assert_int_eq(conf.modem[0].poll_s, 3600);
	ck_assert_str_eq(conf.modem[1].name, "two");
	ck_assert_str_eq(conf.modem[1].pin, "");
	smsd_conf_clear(&conf);
}
END_TEST

START_TEST(modems_have_their_limit)
{
	char text[SMSD_MODEMS_MAX * 80] = "", said[2000];
	struct smsd_conf conf;
	size_t n = 0;

	for (int i = 0; i < SMSD_MODEMS_MAX + _i; i++)
		n += (size_t)snprintf(text + n, sizeof text - n,
		    "modem \"m%d\" { device = \"/dev/%d\" }\n", i, i);
	ck_assert_int_eq(
	    read_text(text, &conf, said, sizeof said), _i == 0 ? 0 : -1);
	ck_assert_uint_eq(conf.modems, _i == 0 ? SMSD_MODEMS_MAX : 0);
	if (_i == 1)
		ck_assert_ptr_nonnull(strstr(said, "more than 64 modems"));
	smsd_conf_clear(&conf);
}
END_TEST

START_TEST(no_file_is_said)
{
	struct smsd_conf conf;

	ck_assert_int_eq(smsd_conf_read("/no/such/smsd.conf", &conf), -1);
	ck_assert_ptr_null(conf.path);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("smsd.conf");
	TCase *tc = tcase_create("whole");

	log_open("check_smsd_conf", false, false);
	tcase_add_loop_test(
	    tc, a_file_is_read_or_refused, 0, sizeof cases / sizeof cases[0]);
	tcase_add_test(tc, what_is_not_said_has_its_default);
	tcase_add_test(tc, what_is_said_holds);
	tcase_add_loop_test(tc, modems_have_their_limit, 0, 2);
	tcase_add_test(tc, no_file_is_said);
	suite_add_tcase(s, tc);
	return check_main(s);
}
