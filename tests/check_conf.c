#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "check_main.h"
#include "conf.h"
#include "log.h"

struct settings {
	char *name;
	int64_t seconds;
	bool loud;
	char devices[64];
};

static const struct conf_key keys[] = {
	{ "name", CONF_STRING, offsetof(struct settings, name), "somebody", 0,
	    0 },
	{ "seconds", CONF_INT, offsetof(struct settings, seconds), "5", 1,
	    3600 },
	{ "loud", CONF_BOOL, offsetof(struct settings, loud), "no", 0, 0 },
};

struct modem {
	char *device;
	int64_t speed;
};

static const struct conf_key modem_keys[] = {
	{ "device", CONF_STRING, offsetof(struct modem, device), NULL, 0, 0 },
	{ "speed", CONF_INT, offsetof(struct modem, speed), "9600", -1,
	    1000000 },
};

static int
add_modem(void *target, const char *title, const void *section)
{
	const struct modem *m = section;
	struct settings *s = target;
	size_t n = strlen(s->devices);

	if (strcmp(title, "refused") == 0)
		return -1;
	snprintf(s->devices + n, sizeof s->devices - n, "%s=%s@%lld;", title,
	    m->device, (long long)m->speed);
	return 0;
}

static const struct conf_section sections[] = {
	{ "modem", modem_keys, 2, sizeof(struct modem), add_modem },
};

/* Read text as a file; what was logged goes to said. */
static int
read_text(const char *text, struct settings *s, char *said, size_t cap)
{
	char dir[] = "/tmp/check_conf.XXXXXX";
	int fd, err, ret;
	ssize_t n;

	ck_assert_ptr_nonnull(mkdtemp(dir));
	ck_assert_int_eq(chdir(dir), 0);
	ck_assert_int_ne(fd = open("x.conf", O_WRONLY | O_CREAT, 0600), -1);
	ck_assert_int_eq(write(fd, text, strlen(text)), (int)strlen(text));
	close(fd);
	ck_assert_int_ne(err = open("said", O_RDWR | O_CREAT, 0600), -1);
	fflush(stderr);
	ck_assert_int_ne(dup2(err, STDERR_FILENO), -1);
	memset(s, 0, sizeof *s);
	ret = conf_read("x.conf", keys, 3, sections, 1, s);
	ck_assert_int_ne(n = pread(err, said, cap - 1, 0), -1);
	said[n] = '\0';
	close(err);
	unlink("x.conf");
	unlink("said");
	ck_assert_int_eq(chdir("/"), 0);
	ck_assert_int_eq(rmdir(dir), 0);
	return ret;
}

static const struct {
	const char *why, *text, *name, *devices;
	int64_t seconds;
	bool loud;
} good[] = {
	{ "nothing", "", "somebody", "", 5, false },
	{ "a comment", "# hello\n", "somebody", "", 5, false },
	{ "all of it", "name = \"Anna\"\nseconds=3600\nloud = yes\n", "Anna",
	    "", 3600, true },
	{ "the least", "seconds = 1", "somebody", "", 1, false },
	{ "words", "name = Anna\nloud = on", "Anna", "", 5, true },
	{ "off", "loud = off", "somebody", "", 5, false },
	{ "a section", "modem \"a\" { device = \"/dev/x\" }", "somebody",
	    "a=/dev/x@9600;", 5, false },
	{ "two sections, bare",
	    "seconds = 7\nmodem \"a\" { device = d speed = -1 }\n"
	    "modem \"b\" {\n}\nname = \"x\"\n",
	    "x", "a=d@-1;b=@9600;", 7, false },
};

START_TEST(reads)
{
	struct settings s;
	char said[1024];
	int ret = read_text(good[_i].text, &s, said, sizeof said);

	ck_assert_msg(
	    ret == 0 && said[0] == '\0', "%s: got \"%s\"", good[_i].why, said);
	ck_assert_str_eq(s.name, good[_i].name);
	ck_assert_int_eq(s.seconds, good[_i].seconds);
	ck_assert_int_eq(s.loud, good[_i].loud);
	ck_assert_str_eq(s.devices, good[_i].devices);
	conf_clear(keys, 3, &s);
	ck_assert_ptr_null(s.name);
}
END_TEST

/* What is wrong, and what exactly the operator reads. */
static const struct {
	const char *text, *said;
} bad[] = {
	{ "seconds = 0", "x.conf:1: seconds: 0 is not in 1..3600\n" },
	{ "\n\nseconds = 3601\n\n\n",
	    "x.conf:3: seconds: 3601 is not in 1..3600\n" },
	{ "seconds = 5s", "x.conf:1: seconds: 5s is not in 1..3600\n" },
	{ "seconds = \"\"", "x.conf:1: seconds:  is not in 1..3600\n" },
	{ "seconds = 99999999999999999999",
	    "x.conf:1: seconds: 99999999999999999999 is not in 1..3600\n" },
	{ "name = a\nloud = perhaps\nname = b",
	    "x.conf:2: loud: perhaps is neither true nor false\n" },
	{ "name = a\nnaem = b\n",
	    "x.conf:2: unrecognized key 'naem': is it misspelt, or outside its section?\n" },
	{ "modem \"a\" {\n device = d\n speed = x\n}\n\n",
	    "x.conf:3: speed: x is not in -1..1000000\n" },
	{ "modem \"a\" {\n sped = 1\n}\n",
	    "x.conf:2: unrecognized key 'sped': is it misspelt, or outside its section?\n" },
	{ "modem { }", "x.conf:1: missing title for section 'modem'\n" },
	{ "modem \"a\" { }\nmodem \"a\" { }\n",
	    "x.conf:2: found duplicate title 'a'\n" },
	{ "name = ",
	    "x.conf:1: the file ends too early: is a quote or a brace left open?\n" },
	{ "name = {a, b}", "x.conf:1: unexpected token '{'\n" },
	{ "name \"a\"", "x.conf:1: missing equal sign after option 'name'\n" },
	{ "loud = \"a\033[2J\"",
	    "x.conf:1: loud: a\\x1b[2J is neither true nor false\n" },
	{ "modem \"refused\" { }", "" },
};

START_TEST(refuses)
{
	struct settings s;
	char said[1024];
	const char *text = said;
	int ret = read_text(bad[_i].text, &s, said, sizeof said);

	if (strncmp(text, "smsvault: ", 10) == 0)
		text += 10;
	ck_assert_msg(ret == -1, "\"%s\": was taken", bad[_i].text);
	ck_assert_str_eq(text, bad[_i].said);
	ck_assert_ptr_null(s.name); /* nothing to free */
}
END_TEST

START_TEST(no_file)
{
	struct settings s = { 0 };

	ck_assert_ptr_nonnull(freopen("/dev/null", "w", stderr));
	ck_assert_int_eq(
	    conf_read("/nowhere/x.conf", keys, 3, sections, 1, &s), -1);
	/* libconfuse would end the program here */
	ck_assert_int_eq(conf_read("/tmp", keys, 3, sections, 1, &s), -1);
	ck_assert_int_eq(conf_read(NULL, keys, 3, sections, 1, &s), 0);
	ck_assert_str_eq(s.name, "somebody");
	ck_assert_int_eq(s.seconds, 5);
	conf_clear(keys, 3, &s);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("conf");
	TCase *tc = tcase_create("conf");

	tcase_add_loop_test(tc, reads, 0, sizeof good / sizeof good[0]);
	tcase_add_loop_test(tc, refuses, 0, sizeof bad / sizeof bad[0]);
	tcase_add_test(tc, no_file);
	suite_add_tcase(s, tc);
	return check_main(s);
}
