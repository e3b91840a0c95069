/*
 * pack_primed.c - the primed model, as make-primed has written it.
 */
#include "log.h"
#include "pack_prime.h"

extern const uint8_t pack_primed[], pack_primed_end[];

/* C cannot include a file of 4 MB in reasonable time; the assembler can. */
__asm__(".section .rodata\n"
	".global pack_primed, pack_primed_end\n"
	"pack_primed: .incbin \"lib/primed.bin\"\n"
	"pack_primed_end: .byte 0\n"
	".previous\n");

struct model *
pack_prime_model(void)
{
	static struct model *primed;

	if (primed != NULL)
		return primed;
	pack_text_prepare();
	primed =
	    model_load(pack_primed, (size_t)(pack_primed_end - pack_primed));
	if (primed == NULL)
		log_error("cannot make the model of the codec: %m");
	return primed;
}
