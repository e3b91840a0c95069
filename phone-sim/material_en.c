#include "material.h"

#define LIST(a) \
	{ \
		(a), sizeof(a) / sizeof *(a) \
	}

static const char *const talks[] = {
	"<Hi! Are you home yet?\n>Just got off the bus, five minutes\n<Good, "
	"I put the sauna on\n>You are a saint 🙏",
	">Morning {n}, are we still on for {t}?\n<Yes! Same place as last "
	"time?\n>Yes, {p}. I'll get us a table\n<Perfect. See you there\n<"
	"Running ten minutes late, sorry, the tram just stood still\n>No "
	"worries, I ordered you a coffee",
	"<Did you remember the milk\n>Which milk\n<The milk I asked for twice\n"
	">Turning around now",
	"<Happy birthday!! 🎉🎂 Hope you have a wonderful day\n>Thank you "
	"{n}! You always remember\n<How are you celebrating?\n>Quietly. Cake "
	"at my sister's and then early to bed\n<That sounds like the best kind "
	"of birthday",
	">Could you send me the address once more?\n<Kalevankatu 18 B 34, door "
	"code 2475\n>Got it, thanks. On my way\n<Mind the dog, she is more "
	"afraid than you are",
	"<The meeting moved to {t}, can you make it?\n>I have the dentist until "
	"half past. Can I dial in?\n<Sure, I'll send the link. We can start "
	"with the budget without you\n>Please do, I have nothing to add there\n"
	"<Nobody ever has",
	">How did it go?\n<I passed!!!\n>I KNEW IT. Congratulations!\n<First try "
	"too. The examiner said my parking was \"decisive\"\n>I'll stay off the "
	"pavement then 😄",
	"<Can you feed the cat {d}? We leave early and are back on Sunday "
	"night\n>Of course. Key in the same place?\n<Under the blue pot. Half a "
	"tin in the morning and a handful of dry in the evening\n>And the "
	"other half of the tin?\n<He will tell you",
	"<The train is cancelled, again\n>Oh no. All of them or just yours?\n<"
	"Everything before {t}. I'm in the café with half of the town\n>I can "
	"come and get you if you like\n<You'd do that? I'll buy dinner\n>Twenty "
	"minutes. Stand by the taxi rank so I see you",
	">Is the invoice for September paid?\n<Let me check\n<Went out on the "
	"3rd, reference ends in 0417\n>Found it, it was in the other account. "
	"Sorry for the noise\n<No problem at all",
	"<Mökki this weekend? Forecast says 22 and sun\n>You had me at mökki\n<"
	"We leave Friday at {t}, room for two more in the car\n>I'll bring the "
	"sausages and {k} kinds of mustard\n<This is why we invite you",
	"<Are the kids with you?\n>Both, and one who isn't ours\n<That's Elias, "
	"his mum picks him up at {t}\n>He has eaten all our bananas\n<He does "
	"that",
	">I left my charger at yours, didn't I\n<White one, very short cable?\n>"
	"That's the one\n<I'll bring it {d}. Until then enjoy the silence",
	"<What time is the parents' evening?\n>{t}, classroom 2B\n<Can you go? "
	"I'm stuck here till late\n>I can. Anything I should ask?\n<Ask about "
	"the maths group. And whether he is still selling drawings in the "
	"break\n>He's WHAT",
	"<Flat is ours!!! They accepted the offer this morning\n>No way! "
	"Congratulations both of you ❤️\n<Keys on the 1st. We will need "
	"people with strong backs\n>I know a man with a van\n<Is it you\n>It is "
	"me",
	"<I think I have the flu\n>Poor you. Fever?\n<38.6 and everything hurts\n"
	">I'll leave soup at your door at {t}. Don't get up\n<You're the best. "
	"The chicken one?\n>The chicken one",
	">Do you have the number of that electrician?\n<Mikko, 040 555 0142. Say "
	"you know me, he'll still be expensive\n>Ha, thanks\n<But it will work "
	"afterwards",
	"<Reminder: choir {d} at {t}, bring the green folder\n>I'll be there. "
	"Are we doing the Rautavaara?\n<If the altos have practised\n>So no\n<So "
	"no",
	"<Landed. Long queue at passport control\n>Take your time, I'm parked "
	"at P3 and have a podcast\n<Through! Waiting for the bag\n>Text me when "
	"you're at the doors\n<At the doors. It is so COLD\n>Welcome home 😂",
	">Your parcel came to us by mistake, it's on the shelf by the door\n<Oh "
	"great, I was already writing an angry letter\n>Don't send it, the "
	"courier is nice\n<I'll fetch it after {t}. Thank you!",
	"<Can I call you in ten?\n>Give me half an hour, I'm in the shop\n<Ok. "
	"Nothing bad, only long\n>Now I'm curious\n<I'm changing jobs\n>I'm "
	"leaving the shop",
	"<Gig at {p} {d}, I have {k} tickets. In?\n>Who's playing?\n<Nobody you "
	"know, that's the point\n>In.",
	">The boiler shows E4, what was it you did last time?\n<Pressure. Open "
	"the black tap under it until the needle is at 1.5\n>It hissed at me\n<"
	"Good hiss or bad hiss?\n>...It's working. Good hiss\n<👍",
	"<Can you look at my slides before tomorrow? Only 12\n>Send them over\n<"
	"Sent. Be honest\n>Slide 4 has nine arrows and no box\n<It's agile\n>Cut "
	"it. The rest is good, really. You'll be fine\n<Thank you. Cutting it",
	"<We got a dog. Don't tell Mum yet\n>WHAT kind\n<Small. Old. One ear up\n"
	">Name?\n<Kauko\n>That's Dad's name\n<Which is why you don't tell Mum "
	"yet",
	">Sorry I missed your call, was at the gym\n<You? At the gym?\n>There is "
	"a first time for everything\n<And how was it\n>I can't lift the phone "
	"to call you back",
	"<Water is off in our stairwell until {t}, notice downstairs\n>Thanks, I "
	"saw it with shampoo in my hair\n<Oh no\n>I rinsed with mineral water. "
	"Very fancy",
	"<How is Grandma?\n>Better, she complained about the food today\n<Good "
	"sign!\n>She asked if you still have her big pot\n<I have the big pot\n>"
	"She wants the big pot",
	">Can we swap shifts {d}? It's my daughter's concert\n<Sure, take my "
	"Saturday morning?\n>Deal. I owe you one\n<That's {k} now, but who's "
	"counting",
	"<I'm outside {p}, where are you?\n>Also outside. Other door maybe?\n<"
	"There's a man with a giant balloon next to me\n>I see the balloon! "
	"Turn round",
	"<The landlord replied: they'll fix the window next week\n>Did he say "
	"which next week\n<He did not\n>I'll buy tape",
	"<Look up!! Northern lights right now\n>Clouds here 😭\n<Drive ten "
	"minutes north, I mean it\n>In slippers, in the car\n<Well??\n>Oh. Oh "
	"wow. Thank you for waking me",
	">Who won?\n<Don't you want to watch it?\n>I'm at a christening, just "
	"tell me\n<3-2 for us in overtime\n>I made a sound. People looked\n<"
	"Worth it",
	"<Do you still have the tent? The big one\n>Yes, one peg short\n<Can I "
	"have it from {d} to Sunday?\n>It's yours. Dry it this time\n<That was "
	"ONE time",
	">Thanks for yesterday, it was lovely to see everybody\n<So good to see "
	"you both! You forgot the scarf, the red one\n>Keep it till the next "
	"time, then there has to be one\n<Very clever",
	"<The contract is ready, could you sign by {d}?\n>I'll read it tonight. "
	"Is clause 7 as we agreed?\n<Yes, two months both ways\n>Then you have "
	"it tomorrow morning\n<Much appreciated",
	"<Can you hear thunder too?\n>One... two... three... yes\n<Unplug the "
	"router!\n>Then how do I tell you that I have\n<SMS, like it's 1999\n>"
	"Unplugged. Hello from 1999",
	"<Do we need anything from the market? They have new potatoes\n>Two "
	"kilos. And dill, and that rye bread if he's there\n<He is there. He "
	"says hello\n>Say hello back, and ask if he kept the end piece",
	"<Mum says you aren't answering\n>Phone was in the other jacket\n<For "
	"{k} days?\n>It's a good jacket\n<Call your mother",
	">Quick one: is the guest wifi password still the tulip one?\n<Yes, "
	"capital T and the year she was born\n>Which she?\n<The tortoise\n>Of "
	"course",
	"<We are doing a present for Sanna together, 15 each, ok?\n>Yes please. "
	"What is it?\n<A day at the pottery thing\n>She'll love that. Sending "
	"it now\n<Got it, thanks!",
	"<Bus 550 or the metro to yours?\n>Metro, then two stops with 56. Or "
	"walk, it's nice out\n<Walking. I brought rain shoes so it will stay "
	"dry\n>That is how it works",
	">The doctor rang, all the results are fine\n<Oh thank God. I've been "
	"holding my breath since Monday\n>Me too. Let's have something with "
	"bubbles\n<Already in the fridge",
};

static const struct material_service services[] = {
	{ "Posti", "Your parcel JJFI6{k}4410 is ready at the locker K-Market "
		   "Kallio, code 7{k}83. Collect it within 7 days." },
	{ "Nordea", "Code 4{k}7 219 confirms your payment. Do not give it to "
		    "anyone, not even to us." },
	{ "Terveystalo", "You have an appointment {d} at {t}, Kamppi. If you "
			 "cannot come, cancel at least 24 h before." },
	{ "DNA", "You have used 80 % of your data abroad. More: reply EU. Free "
		 "of charge." },
	{ "Wolt", "Your order is on its way and arrives about {t}. 🛵" },
	{ "HSL", "Your 30 day ticket ends {d}. Buy a new one in the app." },
	{ "16400", "Your library loan \"The Summer Book\" is due {d}. Renew: "
		   "reply UUSI." },
	{ "VR", "Train IC 63 to Tampere leaves from track {k}. Estimated "
		"departure {t}." },
	{ "OmaKanta", "There is a new prescription for you. See it when you "
		      "next sign in." },
	{ "DHL", "We could not deliver your shipment. Choose a new day or a "
		 "pick-up point until {d}." },
	{ "Hammaslaakari", "Time for your yearly check! Book: 09 4252 0040" },
	{ "Voicemail", "You have {k} new messages. Call 777 to listen." },
	{ "Kesko", "Welcome to the members' evening {d} at {t}. Coffee and "
		   "cake, and ten per cent off." },
};

static const char *const places[] = { "Café Ursula", "the library",
	"Hakaniemi market", "the old harbour", "the station", "Ravintola Sirpa",
	"the swimming hall", "King's Cross", "Oodi", "the office",
	"the corner café" };
static const char *const days[] = { "on Monday", "on Tuesday", "on Wednesday",
	"on Thursday", "on Friday", "on Saturday", "tomorrow" };
static const char *const orgs[] = { "Kone", "Helsingin kaupunki", "Arup",
	"Northgate School", "Lindström & Co", "Aalto University", "Barclays",
	"Riverside Clinic", "Vaisala", "Grant & Ives Solicitors",
	"Metropolitan Bakery", "Posti Group" };
static const char *const titles[] = { "Engineer", "Head of Sales", "Teacher",
	"Nurse", "Project manager", "Architect", "Accountant", "Driver",
	"Researcher", "Producer" };
static const char *const streets[] = { "Fleminginkatu %u A %u, 00530 Helsinki",
	"Hämeentie %u B %u, 00500 Helsinki",
	"%u Mill Lane, Flat %u, Cambridge CB2 1RX",
	"%u Station Road, Flat %u, Leeds LS5 3HD",
	"%u Maple Ave Apt %u, Portland, OR 97209",
	"Tuomiokirkonkatu %u C %u, 33100 Tampere" };
static const char *const notes[] = { "Met at the conference in Oulu.",
	"Prefers to be called after six.", "Allergic to nuts!",
	"Landlord, has the spare key.", "Knows somebody who fixes pianos.",
	"Kids: Aada and Veikko." };

const struct material material_en = { .talks = LIST(talks),
	.service = services,
	.services = sizeof services / sizeof services[0],
	.places = LIST(places),
	.days = LIST(days),
	.orgs = LIST(orgs),
	.titles = LIST(titles),
	.streets = LIST(streets),
	.notes = LIST(notes) };

static const char *const fi_given[] = { "Aino", "Eero", "Helmi", "Onni",
	"Venla", "Väinö", "Sanna", "Mikko", "Päivi", "Jukka", "Kaisa", "Antti",
	"Riikka", "Olli", "Tuuli", "Pekka", "Anni", "Juhani", "Leena", "Ville",
	"Hanna", "Timo", "Eeva", "Matti" };
static const char *const fi_family[] = { "Virtanen", "Korhonen", "Mäkinen",
	"Nieminen", "Mäkelä", "Hämäläinen", "Laine", "Heikkinen", "Koskinen",
	"Järvinen", "Lehtonen", "Saarinen", "Salminen", "Heinonen", "Niemi",
	"Salonen", "Turunen", "Öhman", "Lindqvist" };
static const char *const uk_given[] = { "Oliver", "Amelia", "George", "Isla",
	"Harry", "Freya", "Rhys", "Niamh", "Alistair", "Priya", "Tom", "Gemma",
	"Callum", "Imogen", "Dev", "Siobhan" };
static const char *const uk_family[] = { "Smith", "Jones", "Taylor", "Evans",
	"O'Connor", "Patel", "Hughes", "MacLeod", "Wright", "Begum", "Clarke",
	"Whitfield", "Shaw", "Fletcher", "Osei" };
static const char *const us_given[] = { "Emily", "Jackson", "Sofia", "Tyler",
	"Destiny", "Wyatt", "Maria", "Brandon", "Grace", "Luis", "Ashley",
	"Noah", "Chloe", "Darnell" };
static const char *const us_family[] = { "Johnson", "Garcia", "Miller",
	"Nguyen", "Washington", "Rodriguez", "Kowalski", "Anderson", "Brooks",
	"Schneider", "Lopez", "Carter" };
static const char *const close_en[] = { "Mum", "Dad", "Grandma Eila", "Home",
	"Sis ❤️", "Uncle Bob" };
static const char *const shop_en[] = { "Barber Leo", "Dentist Kamppi",
	"Taxi Helsinki", "Pizza da Gino", "Day care Satakieli", "Vet (24 h)",
	"Building maintenance", "Car repair Oy Ruoste Ab" };

const struct material_list names_fi_given = LIST(fi_given);
const struct material_list names_fi_family = LIST(fi_family);
const struct material_list names_uk_given = LIST(uk_given);
const struct material_list names_uk_family = LIST(uk_family);
const struct material_list names_us_given = LIST(us_given);
const struct material_list names_us_family = LIST(us_family);
const struct material_list names_close_en = LIST(close_en);
const struct material_list names_shop_en = LIST(shop_en);
