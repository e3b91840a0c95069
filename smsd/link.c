#include "link.h"

#include <string.h>

#define ENDS(text) (memchr(text, '\0', sizeof(text)) != NULL)

static bool
modem_is_whole(const struct link_modem *m)
{
	return ENDS(m->modem) && ENDS(m->manufacturer) && ENDS(m->model) &&
	       ENDS(m->firmware) && ENDS(m->imei) && ENDS(m->imsi) &&
	       ENDS(m->operator_name) && ENDS(m->operator_code);
}

bool
link_is_whole(const union link_packet *p, size_t n)
{
	if (n < sizeof p->head || p->head.len != n)
		return false;
	switch ((enum link_kind)p->head.kind) {
	case LINK_READY:
	case LINK_STATE:
		return n == sizeof p->modem && modem_is_whole(&p->modem);
	case LINK_INCOMING:
		return n == sizeof p->sms &&
		       p->sms.udh_len <= sizeof p->sms.udh &&
		       p->sms.data_len <= sizeof p->sms.data &&
		       ENDS(p->sms.number);
	case LINK_RESULT:
		return n == sizeof p->result && ENDS(p->result.modem);
	case LINK_SEND:
		return n == sizeof p->send &&
		       p->send.data_len <= sizeof p->send.data &&
		       ENDS(p->send.number);
	case LINK_ALIVE:
		return n == sizeof p->head;
	case LINK_KEPT:
	case LINK_STOP:
	case LINK_WAKE:
	case LINK_AWAY:
		return false;
	}
	return false;
}
