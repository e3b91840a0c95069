#include "form.h"

#include <stdio.h>
#include <string.h>

void
form_field(struct page *p, const struct form_field *f)
{
	bool wrong = f->wrong != T_NONE, hint = f->hint != T_NONE;

	html_put(&p->body, "<label for=\"%s\">%s</label>\n", f->name,
	    text_get(p->language, f->label));
	if (hint)
		html_put(&p->body, "<p class=\"hint\" id=\"%s-hint\">%s</p>\n",
		    f->name, text_get(p->language, f->hint));
	html_put(&p->body,
	    "<input id=\"%s\" name=\"%s\" type=\"%s\" autocomplete=\"%s\" "
	    "value=\"%s\"",
	    f->name, f->name, f->type, f->complete,
	    f->value != NULL ? f->value : "");
	if (!f->optional)
		buf_str(&p->body, " required");
	if (f->more != NULL) {
		buf_str(&p->body, " ");
		buf_str(&p->body, f->more);
	}
	if (hint || wrong)
		html_put(&p->body, " aria-describedby=\"%s-%s\"", f->name,
		    wrong ? "wrong" : "hint");
	if (wrong)
		html_put(&p->body,
		    " aria-invalid=\"true\" autofocus>\n"
		    "<p class=\"wrong\" id=\"%s-wrong\">%s</p>\n",
		    f->name, text_get(p->language, f->wrong));
	else
		buf_str(&p->body, ">\n");
}

void
form_code(char out[static 8])
{
	uint8_t random[8];
	uint64_t v = 0;

	seal_random(random, sizeof random);
	for (size_t i = 0; i < sizeof random; i++)
		v = v << 8 | random[i];
	snprintf(out, 8, "%06u", (unsigned)(v % 1000000));
}
