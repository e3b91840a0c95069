/*
 * text.h - every word that people read, in each language.
 */
#ifndef TEXT_H
#define TEXT_H

enum text_language { TEXT_EN, TEXT_ZH, TEXT_LANGUAGES };

enum text_id {
#define T(id, en, zh) T_##id,
#include "text.def"
#undef T
	TEXT_COUNT
};

const char *text_get(enum text_language language, enum text_id id);
/* The id's name, for tests. */
const char *text_name(enum text_id id);
/* "en" or "zh"; anything else is English. */
enum text_language text_language_of(const char *code);
const char *text_code(enum text_language language);

#endif
