/*
 * material.h - the words that simulated people are made of.
 *
 * A talk is its turns, parted by line breaks; '<' is what comes in, '>' what
 * the phone's user writes.  In it {n} is the other's first name, {t} a time of
 * day, {d} a day, {p} a place, {k} a small number.
 */
#ifndef MATERIAL_H
#define MATERIAL_H

#include <stddef.h>

struct material_list {
	const char *const *word;
	size_t n;
};

/* Somebody who writes and never reads: a bank, a dentist. */
struct material_service {
	const char *sender; /* a number or letters, as the network allows */
	const char *text;
};

struct material {
	struct material_list talks;
	const struct material_service *service;
	size_t services;
	struct material_list places, days, orgs, titles, streets, notes;
};

extern const struct material material_en, material_zh;

/* Names: of a country's people, given names apart. */
extern const struct material_list names_fi_given, names_fi_family,
    names_uk_given, names_uk_family, names_us_given, names_us_family,
    names_zh_given, names_zh_family, names_close_en, names_close_zh,
    names_shop_en, names_shop_zh;

#endif
