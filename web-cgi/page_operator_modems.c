/*
 * The modems, as the gateways last knew them.
 */
#include <stdlib.h>
#include <string.h>

#include "operator.h"
#include "plot.h"

static void
put_state(struct page *p, const struct operator_modem *m)
{
	bool away = page_now_ms() - m->seen_ms > OPERATOR_AWAY_MS;
	bool good = !away && m->registered != 0;

	html_put(&p->body, " <span class=\"state %s\">%s</span>",
	    good ? "good" : "bad",
	    good   ? TXT(p, OP_M_READY)
	    : away ? TXT(p, OP_M_AWAY)
		   : TXT(p, OP_M_NO_NETWORK));
}

static void
put_fact(struct page *p, enum text_id what, const char *text)
{
	html_put(&p->body, "<dt>%s</dt><dd>%s</dd>",
	    text_get(p->language, what), text);
}

static void
put_number(struct page *p, enum text_id what, int64_t n)
{
	html_put(&p->body, "<dt>%s</dt><dd>%lld</dd>",
	    text_get(p->language, what), (long long)n);
}

static enum text_id
words_of_step(const char *step)
{
	static const struct {
		const char *step;
		enum text_id text;
	} words[] = {
		{ "anew", T_OP_M_ANEW },
		{ "reset", T_OP_M_RESET },
		{ "hook", T_OP_M_HOOK },
		{ "alarm", T_OP_M_ALARM },
	};

	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
		if (strcmp(words[i].step, step) == 0)
			return words[i].text;
	return T_NONE;
}

static void
put_facts(struct page *p, const struct operator_modem *m)
{
	buf_str(&p->body, "<dl>");
	if (m->step[0] != '\0')
		put_fact(p, T_OP_M_STEP,
		    text_get(p->language, words_of_step(m->step)));
	put_fact(p, T_OP_M_MODEL, m->model);
	put_fact(p, T_OP_M_NETWORK,
	    m->registered == 0            ? TXT(p, OP_M_NONE)
	    : m->operator_name[0] != '\0' ? m->operator_name
					  : TXT(p, OP_M_UNNAMED));
	if (m->registered == 5)
		put_fact(p, T_OP_M_ROAMING, TXT(p, OP_M_ROAMING_YES));
	html_put(&p->body, "<dt>%s</dt><dd>", TXT(p, OP_M_SIGNAL));
	if (m->signal_percent >= 0)
		html_put(&p->body, "%d %%", m->signal_percent);
	else
		html_put(&p->body, "%s", TXT(p, OP_M_UNKNOWN));
	buf_str(&p->body, "</dd>");
	put_number(p, T_OP_M_IN, m->sms_in);
	put_number(p, T_OP_M_OUT, m->sms_out);
	html_put(&p->body, "<dt>%s</dt><dd>", TXT(p, OP_M_SEEN));
	page_ago(p, m->seen_ms);
	buf_str(&p->body, "</dd></dl>");
}

/* Those of one modem stand together. */
static void
put_signals(struct page *p, const char *modem,
    const struct operator_signal *list, size_t n)
{
	struct plot_point *points = calloc(n + 1, sizeof *points);
	size_t count = 0;

	if (points == NULL) {
		p->body.failed = true;
		return;
	}
	for (size_t i = 0; i < n; i++)
		if (strcmp(list[i].modem, modem) == 0)
			points[count++] = (struct plot_point){ list[i].at_ms,
				list[i].percent };
	if (count > 0)
		plot_put_day(p, TXT(p, OP_M_DAY), points, count);
	else
		html_put(&p->body, "<p class=\"hint\">%s</p>",
		    TXT(p, OP_M_DAY_NONE));
	free(points);
}

void
page_operator_modems(struct page *p)
{
	struct operator_modem *list = NULL;
	struct operator_signal *signals = NULL;
	size_t n = 0, nsignals = 0;

	if (!page_ok(p, operator_modems(p->operator_db, &list, &n)) ||
	    !page_ok(p, operator_signals(p->operator_db, &signals, &nsignals)))
		goto out;
	page_begin(p, TXT(p, OP_MODEMS));
	buf_str(&p->body, "<div id=\"live\" data-every=\"10000\">");
	if (n == 0)
		html_put(&p->body,
		    "<div class=\"card empty\"><h2>%s</h2><p>%s</p></div>",
		    TXT(p, OP_NO_MODEM), TXT(p, OP_NO_MODEM_TODO));
	else
		buf_str(&p->body, "<div class=\"grid\">");
	for (size_t i = 0; i < n; i++) {
		html_put(&p->body,
		    "<article class=\"card\" data-modem=\"%s\"><h2>%s",
		    list[i].name, list[i].name);
		put_state(p, &list[i]);
		buf_str(&p->body, "</h2>");
		put_facts(p, &list[i]);
		put_signals(p, list[i].name, signals, nsignals);
		buf_str(&p->body, "</article>\n");
	}
	if (n > 0)
		html_put(&p->body, "</div>\n<p class=\"hint\">%s</p>",
		    TXT(p, OP_M_LADDER));
	buf_str(&p->body, "</div>\n");
	page_end(p);
out:
	free(list);
	free(signals);
}
