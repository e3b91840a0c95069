#include "text.h"

#include <string.h>

static const struct {
	const char *name;
	const char *in[TEXT_LANGUAGES];
} texts[TEXT_COUNT] = {
#define T(id, en, zh) [T_##id] = { #id, { en, zh } },
#include "text.def"
#undef T
};

const char *
text_get(enum text_language language, enum text_id id)
{
	return texts[id].in[language];
}

const char *
text_name(enum text_id id)
{
	return texts[id].name;
}

enum text_language
text_language_of(const char *code)
{
	return strncmp(code, "zh", 2) == 0 ? TEXT_ZH : TEXT_EN;
}

const char *
text_code(enum text_language language)
{
	return language == TEXT_ZH ? "zh" : "en";
}
