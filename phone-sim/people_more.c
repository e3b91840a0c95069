/*
 * The calendar and the notes of a new phone.
 */
#include <stdio.h>
#include <stdlib.h>

#include "people.h"
#include "rng.h"

#define HOUR_MS INT64_C(3600000)
#define DAY_MS (24 * HOUR_MS)

struct plan {
	const char *summary, *place, *rrule;
	int hour, minutes;
};

static const struct plan plans_en[] = {
	{ "Dentist", "Dr. Lindqvist, Mannerheimintie 12", NULL, 9, 45 },
	{ "Team meeting", "Room 4", "FREQ=WEEKLY;BYDAY=MO", 10, 60 },
	{ "Lunch with Anna", "Cafe Regatta", NULL, 12, 60 },
	{ "Choir", "Parish hall", "FREQ=WEEKLY;BYDAY=WE", 18, 90 },
	{ "Car inspection", "Herttoniemi", NULL, 8, 30 },
	{ "Train to Tampere", "Central station, platform 7", NULL, 7, 110 },
	{ "Parents' evening", "School, class 4B", NULL, 17, 60 },
	{ "Return library books", NULL, NULL, 16, 15 },
};
static const struct plan plans_zh[] = {
	{ "看牙医", "人民医院三楼", NULL, 9, 45 },
	{ "周例会", "四号会议室", "FREQ=WEEKLY;BYDAY=MO", 10, 60 },
	{ "和小李吃午饭", "老城隍庙", NULL, 12, 60 },
	{ "羽毛球", "体育馆二号场", "FREQ=WEEKLY;BYDAY=WE", 19, 90 },
	{ "车辆年检", "浦东检测站", NULL, 8, 30 },
	{ "去杭州的高铁", "虹桥站 12 号检票口", NULL, 7, 60 },
	{ "家长会", "四年级二班", NULL, 18, 60 },
	{ "还图书馆的书", NULL, NULL, 16, 15 },
};
static const char *const notes_en[][2] = {
	{ "Wi-Fi at the cottage", "Network: sauna\nAsk Matti for the rest." },
	{ "Gift ideas", "Mum: scarf\nEino: Lego train\nAnna: concert tickets" },
	{ "Pancakes", "3 eggs, 6 dl milk, 3 dl flour, a pinch of salt. Rest "
		      "for half an hour." },
	{ "Books to read", "The Summer Book\nKalevala\nThe Unwomanly Face of "
			   "War" },
	{ "Bike", "Frame number WTU 4417, bought in May from the shop in "
		  "Kallio." },
};
static const char *const notes_zh[][2] = {
	{ "红烧肉", "五花肉一斤，冰糖三十克，生抽两勺，小火炖一个半小时。" },
	{ "生日礼物", "妈妈：围巾\n儿子：积木\n小王：茶叶" },
	{ "要读的书", "围城\n边城\n活着" },
	{ "房东", "每月五号交房租，水电另算。" },
	{ "自行车", "车架号 WTU4417，五月在门口的店买的。" },
};

static int
add_event(struct book *b, struct rng *rng, const struct plan *p, int64_t now_ms)
{
	struct record *r =
	    record_new(RECORD_CALENDAR, book_next_id(b, RECORD_CALENDAR));
	int64_t day = now_ms / DAY_MS - 20 + (int64_t)rng_below(rng, 50);
	int64_t start = day * DAY_MS + p->hour * HOUR_MS;

	if (r == NULL)
		return -1;
	record_set_time_ms(
	    r, now_ms - (int64_t)(1 + rng_below(rng, 60)) * DAY_MS);
	record_add_text(r, RECORD_SUMMARY, p->summary);
	record_add_int(r, RECORD_START_MS, start);
	record_add_int(r, RECORD_END_MS, start + p->minutes * INT64_C(60000));
	if (p->place != NULL)
		record_add_text(r, RECORD_PLACE, p->place);
	if (p->rrule != NULL)
		record_add_text(r, RECORD_RRULE, p->rrule);
	if (rng_chance(rng, 0.5))
		record_add_int(r, RECORD_ALARM_MIN, 30);
	return book_put(b, r);
}

static int
add_note(
    struct book *b, struct rng *rng, const char *const note[2], int64_t now_ms)
{
	struct record *r =
	    record_new(RECORD_NOTE, book_next_id(b, RECORD_NOTE));

	if (r == NULL)
		return -1;
	record_set_time_ms(
	    r, now_ms - (int64_t)(1 + rng_below(rng, 200)) * DAY_MS);
	record_add_text(r, RECORD_SUMMARY, note[0]);
	record_add_text(r, RECORD_DESCRIPTION, note[1]);
	return book_put(b, r);
}

int
people_fill_more(struct book *b, uint64_t seed, unsigned phone, bool chinese,
    int64_t now_ms, const struct people_amount *amount)
{
	struct rng rng;

	rng_init(&rng, seed, 3000 + (uint64_t)phone);
	for (size_t i = 0; i < amount->events; i++)
		if (add_event(b, &rng,
			&(chinese ? plans_zh : plans_en)[(i + phone) % 8],
			now_ms) != 0)
			return -1;
	for (size_t i = 0; i < amount->notes; i++)
		if (add_note(b, &rng,
			(chinese ? notes_zh : notes_en)[(i + phone) % 5],
			now_ms) != 0)
			return -1;
	return 0;
}
