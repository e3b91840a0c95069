/*
 * check_life_down.h - the cases of other files, for check_life_gate.c.
 */
#ifndef CHECK_LIFE_DOWN_H
#define CHECK_LIFE_DOWN_H

#include <check.h>

#include "hand.h"

TCase *life_ask_case(void);
TCase *life_bind_case(void);
TCase *life_budget_case(void);
TCase *life_claim_case(void);
TCase *life_down_case(void);
TCase *life_file_case(void);
TCase *life_notice_case(void);
TCase *life_order_case(void);
TCase *life_silent_case(void);
TCase *life_verify_case(void);

#endif
