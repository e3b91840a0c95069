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
#include <unistd.h>

#include "log.h"

/* libconfuse reports through a callback; keep its line for the log. */
__attribute__((format(printf, 2, 0))) static void
complain(cfg_t *cfg, const char *fmt, va_list ap)
{
	char text[512];

	vsnprintf(text, sizeof text, fmt, ap);
	if (cfg != NULL && cfg->filename != NULL)
		log_error("%s:%d: %s", cfg->filename, cfg->line, text);
	else
		log_error("configuration: %s", text);
}

static int
check_range(cfg_t *cfg, cfg_opt_t *opt, const char *value, const char *what)
{
	(void)opt;
	cfg_error(cfg, "%s", what);
	(void)value;
	return -1;
}

/* The options of one table, ended by CFG_END; the caller frees them. */
static cfg_opt_t *
options_of(const struct conf_key *keys, size_t nkeys, size_t more)
{
	cfg_opt_t *opts = calloc(nkeys + more + 1, sizeof *opts);

	if (opts == NULL)
		return NULL;
	for (size_t i = 0; i < nkeys; i++) {
		/* Every value is read as text; we know type and range. */
		cfg_opt_t o = CFG_STR(keys[i].name, NULL, CFGF_NODEFAULT);

		opts[i] = o;
	}
	for (size_t i = nkeys; i <= nkeys + more; i++)
		opts[i] = (cfg_opt_t)CFG_END();
	return opts;
}

static int
take_int(cfg_t *cfg, const struct conf_key *key, const char *text, void *at)
{
	char *end;
	intmax_t v;

	errno = 0;
	v = strtoimax(text, &end, 10);
	if (*text == '\0' || *end != '\0' || errno != 0 || v < key->min ||
	    v > key->max) {
		char why[200];

		snprintf(why, sizeof why,
		    "%s: %s is not in %" PRId64 "..%" PRId64, key->name, text,
		    key->min, key->max);
		return check_range(cfg, NULL, text, why);
	}
	*(int64_t *)at = v;
	return 0;
}

static int
take_bool(cfg_t *cfg, const struct conf_key *key, const char *text, void *at)
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
	char why[200];

	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
		if (strcmp(text, words[i].word) == 0) {
			*(bool *)at = words[i].value;
			return 0;
		}
	snprintf(why, sizeof why, "%s: %s is neither true nor false", key->name,
	    text);
	return check_range(cfg, NULL, text, why);
}

static int
take_one(cfg_t *cfg, const struct conf_key *key, void *target)
{
	const char *text = NULL;
	void *at = (char *)target + key->offset;

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
		return 0;
	case CONF_INT:
		return take_int(cfg, key, text != NULL ? text : "0", at);
	case CONF_BOOL:
		return take_bool(cfg, key, text != NULL ? text : "false", at);
	}
	return -1;
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

		if (at == NULL)
			return -1;
		ok = take_all(sub, s->keys, s->nkeys, at) == 0 &&
		     s->add(target, cfg_title(sub), at) == 0;
		conf_clear(s->keys, s->nkeys, at);
		free(at);
		if (!ok)
			return -1;
	}
	return 0;
}

static int
parse(const char *path, cfg_opt_t *opts, cfg_t **out)
{
	cfg_t *cfg;

	if (access(path, R_OK) == -1) {
		log_error("cannot read %s: %m", path);
		return -1;
	}
	if ((cfg = cfg_init(opts, CFGF_NONE)) == NULL) {
		log_error("cannot allocate the configuration: %m");
		return -1;
	}
	cfg_set_error_function(cfg, complain);
	if (cfg_parse(cfg, path) != CFG_SUCCESS) {
		cfg_free(cfg);
		return -1;
	}
	*out = cfg;
	return 0;
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
