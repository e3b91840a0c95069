/*
 * event_words: each kind of event that the pages have words for, a tab, the
 * words in English, a tab, and in Chinese.
 */
#include <stdio.h>

#include "event_words.h"

int
main(void)
{
	for (size_t i = 0; i < event_words_count; i++)
		printf("%s\t%s\t%s\n", event_words[i].kind,
		    text_get(TEXT_EN, event_words[i].text),
		    text_get(TEXT_ZH, event_words[i].text));
	return 0;
}
