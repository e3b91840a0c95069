#include "conf.h"

#include <assert.h>
#include <confuse.h>
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "log.h"

/* What libconfuse says too briefly: the words that it begins with, and ours
 * before and behind the rest. */
static const struct {
	const char *its, *before, *behind;
} wording[] = {
	{ "no such option", "unrecognized key",
	    ": is it misspelt, or outside its section?" },
	{ "premature end of file", "the file ends too early",
	    ": is a quote or a brace left open?" },
};

static void
reword(char *text, size_t cap)
{
	char rest[512];

	for (size_t i = 0; i < sizeof wording / sizeof wording[0]; i++) {
		size_t n = strlen(wording[i].its);

		if (strncmp(text, wording[i].its, n) != 0)
			continue;
		snprintf(rest, sizeof rest, "%s", text + n);
		snprintf(text, cap, "%s%s%s", wording[i].before, rest,
		    wording[i].behind);
		return;
	}
}

/* libconfuse reports through a callback; keep its line for the log. */
__attribute__((format(printf, 2, 0))) static void
complain(cfg_t *cfg, const char *fmt, va_list ap)
{
	char text[512];

	vsnprintf(text, sizeof text, fmt, ap);
	reword(text, sizeof text);
	if (cfg != NULL && cfg->filename != NULL)
		log_error("%s:%d: %s", cfg->filename, cfg->line, text);
	else
		log_error("configuration: %s", text);
}

static bool
read_int(const struct conf_key *key, const char *text, int64_t *out)
{
	char *end;
	intmax_t v;

	errno = 0;
	v = strtoimax(text, &end, 10);
	if (*text == '\0' || *end != '\0' || errno != 0 || v < key->min ||
	    v > key->max)
		return false;
	*out = v;
	return true;
}

static bool
read_bool(const char *text, bool *out)
{
	static const struct {
		const char *word;
		bool value;
	} words[] = {
		{ "true", true },
		{ "yes", true },
		{ "on", true },
		{ "false", false },
		{ "no", false },
		{ "off", false },
	};

	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
		if (strcmp(text, words[i].word) == 0) {
			*out = words[i].value;
			return true;
		}
	return false;
}

/*
 * libconfuse calls this as it reads a value, so that an error names the line
 * it is on.  The key is where options_of() has put it.
 */
static int
check_value(cfg_t *cfg, cfg_opt_t *opt)
{
	const struct conf_key *key = (const void *)(intptr_t)opt->def.number;
	const char *text = cfg_opt_getnstr(opt, 0);
	int64_t number;
	bool yes;

	switch (key->type) {
	case CONF_STRING:
		return 0;
	case CONF_INT:
		if (read_int(key, text, &number))
			return 0;
		cfg_error(cfg, "%s: %s is not in %" PRId64 "..%" PRId64,
		    key->name, text, key->min, key->max);
		return -1;
	case CONF_BOOL:
		if (read_bool(text, &yes))
			return 0;
		cfg_error(
		    cfg, "%s: %s is neither true nor false", key->name, text);
		return -1;
	}
	return -1;
}

/* The options of one table, ended by CFG_END; the caller frees them. */
static cfg_opt_t *
options_of(const struct conf_key *keys, size_t nkeys, size_t more)
{
	cfg_opt_t *opts = calloc(nkeys + more + 1, sizeof *opts);

	if (opts == NULL) {
		log_error("cannot allocate the configuration: %m");
		return NULL;
	}
	for (size_t i = 0; i < nkeys; i++) {
		/* Every value is read as text; we know type and range. */
		cfg_opt_t o = CFG_STR(keys[i].name, NULL, CFGF_NODEFAULT);

		o.validcb = check_value;
		o.def.number = (long)(intptr_t)&keys[i];
		opts[i] = o;
	}
	for (size_t i = nkeys; i <= nkeys + more; i++)
		opts[i] = (cfg_opt_t)CFG_END();
	return opts;
}

/* What the file says was checked; a fallback is ours and must be right. */
static int
take_one(cfg_t *cfg, const struct conf_key *key, void *target)
{
	const char *text = NULL;
	void *at = (char *)target + key->offset;
	bool ok = true;

	if (cfg != NULL)
		text = cfg_getstr(cfg, key->name);
	if (text == NULL)
		text = key->fallback;
	switch (key->type) {
	case CONF_STRING:
		if ((*(char **)at = strdup(text != NULL ? text : "")) == NULL) {
			log_error("cannot allocate a setting: %m");
			return -1;
		}
		break;
	case CONF_INT:
		ok = read_int(key, text != NULL ? text : "0", at);
		break;
	case CONF_BOOL:
		ok = read_bool(text != NULL ? text : "false", at);
		break;
	}
	assert(ok);
	return 0;
}

static int
take_all(cfg_t *cfg, const struct conf_key *keys, size_t nkeys, void *target)
{
	for (size_t i = 0; i < nkeys; i++)
		if (take_one(cfg, &keys[i], target) == -1)
			return -1;
	return 0;
}

static int
take_section(cfg_t *cfg, const struct conf_section *s, void *target)
{
	unsigned n = cfg_size(cfg, s->name);

	for (unsigned i = 0; i < n; i++) {
		cfg_t *sub = cfg_getnsec(cfg, s->name, i);
		void *at = calloc(1, s->size);
		int ok;

		if (at == NULL) {
			log_error("cannot allocate a section: %m");
			return -1;
		}
		ok = take_all(sub, s->keys, s->nkeys, at) == 0 &&
		     s->add(target, cfg_title(sub), at) == 0;
		conf_clear(s->keys, s->nkeys, at);
		free(at);
		if (!ok)
			return -1;
	}
	return 0;
}

/* libconfuse ends the program when it reads a directory. */
static FILE *
open_file(const char *path)
{
	struct stat st;
	FILE *f = fopen(path, "re");

	if (f == NULL || fstat(fileno(f), &st) == -1)
		log_error("cannot read %s: %m", path);
	else if (S_ISDIR(st.st_mode))
		log_error("cannot read %s: it is a directory", path);
	else
		return f;
	if (f != NULL)
		fclose(f);
	return NULL;
}

static int
parse(const char *path, cfg_opt_t *opts, cfg_t **out)
{
	FILE *f = open_file(path);
	cfg_t *cfg;
	int ret = -1;

	if (f == NULL)
		return -1;
	if ((cfg = cfg_init(opts, CFGF_NONE)) == NULL ||
	    (cfg->filename = strdup(path)) == NULL) {
		log_error("cannot allocate the configuration: %m");
		goto out;
	}
	cfg_set_error_function(cfg, complain);
	if (cfg_parse_fp(cfg, f) != CFG_SUCCESS)
		goto out;
	*out = cfg;
	ret = 0;
out:
	if (ret == -1 && cfg != NULL)
		cfg_free(cfg);
	fclose(f);
	return ret;
}

int
conf_read(const char *path, const struct conf_key *keys, size_t nkeys,
    const struct conf_section *sections, size_t nsections, void *target)
{
	cfg_opt_t *opts = options_of(keys, nkeys, nsections);
	cfg_opt_t *subs[8] = { NULL };
	cfg_t *cfg = NULL;
	int ret = -1;

	assert(nsections <= sizeof subs / sizeof subs[0]);
	if (opts == NULL)
		goto out;
	for (size_t i = 0; i < nsections; i++) {
		subs[i] = options_of(sections[i].keys, sections[i].nkeys, 0);
		if (subs[i] == NULL)
			goto out;
		opts[nkeys + i] = (cfg_opt_t)CFG_SEC(sections[i].name, subs[i],
		    CFGF_MULTI | CFGF_TITLE | CFGF_NO_TITLE_DUPES);
	}
	if (path != NULL && parse(path, opts, &cfg) == -1)
		goto out;
	if (take_all(cfg, keys, nkeys, target) == -1)
		goto out;
	for (size_t i = 0; cfg != NULL && i < nsections; i++)
		if (take_section(cfg, &sections[i], target) == -1)
			goto out;
	ret = 0;
out:
	if (ret == -1)
		conf_clear(keys, nkeys, target);
	if (cfg != NULL)
		cfg_free(cfg);
	for (size_t i = 0; i < nsections; i++)
		free(subs[i]);
	free(opts);
	return ret;
}

void
conf_clear(const struct conf_key *keys, size_t nkeys, void *target)
{
	for (size_t i = 0; i < nkeys; i++)
		if (keys[i].type == CONF_STRING) {
			char **at =
			    (char **)(void *)((char *)target + keys[i].offset);

			free(*at);
			*at = NULL;
		}
}
