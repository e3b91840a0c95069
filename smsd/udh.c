#include "udh.h"

#define IEI_PORT16 0x05

int
udh_port(const uint8_t *udh, size_t len)
{
	int port = -1;
	size_t i = 1;

	if (len < 1 || udh[0] != len - 1)
		return -1;
	while (i < len) {
		if (len - i < 2 || len - i - 2 < udh[i + 1])
			return -1;
		if (udh[i] == IEI_PORT16) {
			if (udh[i + 1] != 4 || port != -1)
				return -1;
			port = udh[i + 2] << 8 | udh[i + 3];
		}
		i += 2u + udh[i + 1];
	}
	return port;
}
