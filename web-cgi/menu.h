/*
 * menu.h - the way around: a few groups, and the pages of the present one.
 */
#ifndef MENU_H
#define MENU_H

#include "page.h"

/* The menu of who is signed in; nothing for nobody. */
void menu_put(struct page *p);

#endif
