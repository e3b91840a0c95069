/*
 * The stories.  A name of a page behind a step says where it can be seen.
 */
#include "scene.h"

#define STEPS(array) array, sizeof array / sizeof array[0]

/* Every story begins with a phone that is somebody's. */
#define BOUND \
	{ \
		SCENE_OWNER, 1, NULL, "phone %n bound", 900, "add", \
		{ \
			"Your turn: phone %n is bound to nobody. Take a code " \
			"at \"Add a phone\", and type it into phone %n.", \
			    "轮到您了：手机 %n " \
			    "尚未绑定。请在“添加手机”页面获取代码，并输入手机 " \
			    "%n。" \
		} \
	}

static const struct scene_step day[] = {
	BOUND,
	{ SCENE_DO, 1, "phone %n text-in +358401234561 \"See you at six?\"",
	    NULL, 0, "messages",
	    { "Morning. A friend sends a text, and gets an answer.",
		"早上，朋友发来一条短信，并得到回复。" } },
	{ SCENE_DO, 1, "phone %n text-out +358401234561 \"Yes, at six\"", NULL,
	    0, NULL, { NULL, NULL } },
	{ SCENE_DO, 4, "phone %n call in +358401234562 180", NULL, 0, "calls",
	    { "Noon. Somebody calls and talks for three minutes; a second "
	      "call is missed.",
		"中午，有人打来电话，通话三分钟；还有一个未接来电。" } },
	{ SCENE_DO, 1, "phone %n call missed +358401234563", NULL, 0, NULL,
	    { NULL, NULL } },
	{ SCENE_DO, 4, "phone %n note add Shopping \"milk, bread, coffee\"",
	    NULL, 0, "notes",
	    { "Afternoon. A shopping list, and the dentist tomorrow.",
		"下午，记下购物清单，还有明天看牙医的预约。" } },
	{ SCENE_DO, 1, "phone %n event add Dentist +26h 45", NULL, 0, NULL,
	    { NULL, NULL } },
	{ SCENE_DO, 4, "phone %n contact add \"Eino Laine\" +358407654321",
	    NULL, 0, "contacts",
	    { "Evening. A new contact: Eino Laine.",
		"晚上，新增联系人 Eino Laine。" } },
	{ SCENE_DO, 4, "phone %n upload", "phone %n acked", 300, "messages",
	    { "By itself it would go tonight, in a few SMS. So as not to wait, "
	      "it is told to send now.",
		"平时今晚会自动用几条短信发送。为了不必等待，现在让它立即发送。" } },
	{ SCENE_DO, 1, NULL, NULL, 0, "contacts messages calls notes calendar",
	    { "All of it has arrived: look at it in your vault.",
		"全部送达：请在您的保险库中查看。" } },
};

static const struct scene_step stolen[] = {
	BOUND,
	{ SCENE_DO, 1, NULL, NULL, 0, NULL,
	    { "Phone %n lies on a café's table. A moment later it is gone.",
		"手机 %n 放在咖啡馆的桌上，转眼就不见了。" } },
	{ SCENE_DO, 4, "phone %n sim change +358409998877", "phone %n bound",
	    60, "sims events",
	    { "The thief puts his own SIM in. The first thing that the phone "
	      "sends says so, and the service asks the new number for a sign.",
		"小偷换上了自己的 SIM "
		"卡。手机首先发出的就是换卡报告，服务会向新号码确认。" } },
	{ SCENE_OWNER, 6, NULL, "phone %n lost", 900, "lost",
	    { "Your turn: open \"Lost phone\" and turn lost mode on.",
		"轮到您了：打开“手机丢失”页面，开启丢失模式。" } },
	{ SCENE_REFUSED, 3, "phone %n user set call off", NULL, 0, "lost",
	    { "The phone is in lost mode. The thief wants it to report no "
	      "calls: it refuses, its settings are locked.",
		"手机已进入丢失模式。小偷想关掉通话备份，但设置已锁定，手机拒绝"
		"了。" } },
	{ SCENE_DO, 3, "phone %n call out +358405550000 33", NULL, 0,
	    "evidence",
	    { "He calls somebody and gets a text. Each is reported at once, and "
	      "where the phone is.",
		"他打了电话，又收到一条短信。每一项都会立即报告，连同手机的位"
		"置。" } },
	{ SCENE_DO, 2, "phone %n text-in +358405550000 \"Is it a good phone?\"",
	    NULL, 0, NULL, { NULL, NULL } },
	{ SCENE_DO, 4, "phone %n restart", NULL, 0, "evidence",
	    { "He switches it off and on. Lost mode stays.",
		"他关机再开机，丢失模式依然有效。" } },
	{ SCENE_OWNER, 4, NULL, "phone %n found", 1800, "evidence lost",
	    { "Your turn: read the evidence. When you have seen enough, say "
	      "\"Found it\" at \"Lost phone\".",
		"轮到您了：查看证据。看完后，请在“手机丢失”页面点击“已找回”。" } },
	{ SCENE_DO, 3, NULL, NULL, 0, "phone sims",
	    { "The phone is yours again. Your own SIM goes back in, and "
	      "everything is as before.",
		"手机失而复得，换回您自己的 SIM 卡，一切恢复如前。" } },
};

static const struct scene_step replacement[] = {
	BOUND,
	{ SCENE_DO, 1, "phone %n upload", "phone %n acked", 300, "phone",
	    { "Phone %n has just sent all that is on it, as it does each day.",
		"手机 %n 刚刚像每天一样，把所有内容都发送了。" } },
	{ SCENE_DO, 3, "phone %n power off", NULL, 0, NULL,
	    { "Then it falls into the sea.", "随后，它掉进了海里。" } },
	{ SCENE_DO, 4, "phone %o factory-reset", NULL, 0, NULL,
	    { "Phone %o comes from the shop, with nothing on it.",
		"从商店买来了新手机 %o，里面什么都没有。" } },
	{ SCENE_OWNER, 3, NULL, "phone %o bound", 900, "add",
	    { "Your turn: take a code at \"Add a phone\", and type it into "
	      "phone %o.",
		"轮到您了：在“添加手机”页面获取代码，并输入手机 %o。" } },
	{ SCENE_OWNER, 2, NULL, "phone %o restored", 1800, "replace budget",
	    { "Your turn: replace the old phone by the new one. The page says "
	      "how many SMS it takes; fewer kinds take fewer.",
		"轮到您了：用新手机替换旧手机。页面会显示需要多少条短信；选的种"
		"类越少，所需短信越少。" } },
	{ SCENE_DO, 2, NULL, NULL, 0, "restore",
	    { "What was on the old phone is on the new one. The old one stays "
	      "at the bottom of the sea.",
		"旧手机上的内容已到了新手机上。旧手机永远留在了海底。" } },
};

static const struct scene_step valley[] = {
	BOUND,
	{ SCENE_DO, 1, "phone %n coverage off", NULL, 0, "phone",
	    { "Phone %n goes into a valley where there is no network.",
		"手机 %n 进入了没有信号的山谷。" } },
	{ SCENE_DO, 0, "phone %n clock -3d", NULL, 0, NULL, { NULL, NULL } },
	{ SCENE_DO, 3, "phone %n note add Trail \"left at the third bridge\"",
	    NULL, 0, NULL,
	    { "First day. A note on the way.", "第一天，记下路线。" } },
	{ SCENE_DO, 0, "phone %n clock +1d", NULL, 0, NULL, { NULL, NULL } },
	{ SCENE_DO, 3, "phone %n restart", NULL, 0, NULL,
	    { "Second day. The battery is empty; at the hut it is charged.",
		"第二天，电池耗尽，在山间小屋充了电。" } },
	{ SCENE_DO, 0, "phone %n clock +1d", NULL, 0, NULL, { NULL, NULL } },
	{ SCENE_DO, 3, "phone %n contact add \"Mountain hut\" +358405556666",
	    NULL, 0, NULL,
	    { "Third day. The hut's number, and what the bed costs.",
		"第三天，存下小屋的电话和床位价格。" } },
	{ SCENE_DO, 1, "phone %n note add Hut \"Bed 7, 25 euros\"", NULL, 0,
	    NULL, { NULL, NULL } },
	{ SCENE_DO, 0, "phone %n clock +1d", NULL, 0, NULL, { NULL, NULL } },
	{ SCENE_DO, 4, "phone %n coverage on", NULL, 0, NULL,
	    { "Back on the ridge there is a signal again.",
		"回到山脊，又有信号了。" } },
	{ SCENE_DO, 1, "phone %n upload", "phone %n acked", 300,
	    "notes contacts",
	    { "The phone sends what has gathered.", "手机发送积累的内容。" } },
	{ SCENE_DO, 1, NULL, NULL, 0, "notes contacts",
	    { "Nothing of the three days is lost, and nothing came twice.",
		"三天的内容一样不少，也没有重复。" } },
};

static const struct scene_step thief[] = {
	BOUND,
	{ SCENE_OWNER, 1, NULL, "phone %n asked", 900, NULL,
	    { "Your turn, as a thief: in another browser or a private window, "
	      "create an account, add a phone, and type that code into phone "
	      "%n.",
		"轮到您扮演小偷：在另一个浏览器或无痕窗口中注册账户、添加手机，"
		"并把代码输入手机 %n。" } },
	{ SCENE_DO, 3, "phone %n answer Rex", "phone %n refused", 120, "events",
	    { "The phone asks him the owner's question. He guesses, and it is "
	      "wrong: he is refused, and you are told.",
		"手机向他提出机主设定的问题。他猜错了，被拒绝，而您会收到通知。" } },
	{ SCENE_DO, 4, "phone %n call out +358409990000 77", NULL, 0, "calls",
	    { "He makes a call.", "他打了一个电话。" } },
	{ SCENE_DO, 2, "phone %n upload", "phone %n acked", 300, "calls",
	    { "The phone is still yours: what happens on it goes to your "
	      "vault.",
		"手机仍然是您的：上面发生的一切都进入您的保险库。" } },
	{ SCENE_DO, 1, NULL, NULL, 0, "calls events",
	    { "The thief's account has no phone and no record.",
		"小偷的账户里没有手机，也没有任何记录。" } },
};

static const struct scene_step full_sim[] = {
	BOUND,
	{ SCENE_DO, 1, "modem %m fault full 1", NULL, 0, NULL,
	    { "The SIM in the service's modem is full: it takes no more "
	      "messages.",
		"服务端调制解调器里的 SIM 卡满了，不再接收短信。" } },
	{ SCENE_DO, 3, "phone %n note add \"Note 1\" \"Said on the first day\"",
	    NULL, 0, NULL,
	    { "Phone %n writes notes and sends them.",
		"手机 %n 写了几条备忘录并发送。" } },
	{ SCENE_DO, 0,
	    "phone %n note add \"Note 2\" \"Said on the second day\"", NULL, 0,
	    NULL, { NULL, NULL } },
	{ SCENE_DO, 0, "phone %n note add \"Note 3\" \"Said on the third day\"",
	    NULL, 0, NULL, { NULL, NULL } },
	{ SCENE_DO, 1, "phone %n upload", "smsc waiting 1", 120, "phone",
	    { "The network cannot deliver them, and keeps them.",
		"网络无法投递，先替它保管。" } },
	{ SCENE_DO, 5, "modem %m fault full 0", "phone %n acked", 300, "notes",
	    { "There is room in the SIM again.", "SIM 卡又有空间了。" } },
	{ SCENE_DO, 1, NULL, NULL, 0, "notes",
	    { "Everything has arrived, and nothing was lost.",
		"全部送达，没有丢失任何内容。" } },
};

static const struct scene_step lossy[] = {
	BOUND,
	{ SCENE_DO, 1, "air loss 0.1", NULL, 0, NULL,
	    { "From now on one SMS in ten is lost, one in ten comes twice, and "
	      "many overtake one another.",
		"从现在起，十条短信丢失一条，十条有一条重复，许多还会乱序。" } },
	{ SCENE_DO, 0, "air dup 0.1", NULL, 0, NULL, { NULL, NULL } },
	{ SCENE_DO, 0, "air reorder 0.2", NULL, 0, NULL, { NULL, NULL } },
	{ SCENE_DO, 0, "air delay 2s 1s", NULL, 0, NULL, { NULL, NULL } },
	{ SCENE_DO, 3, "phone %n mms-in +358401234561 \"Our summer house\"",
	    NULL, 0, "messages",
	    { "Phone %n gets a message with a picture: many SMS for an upload.",
		"手机 %n 收到一条带图片的彩信：上传需要许多短信。" } },
	{ SCENE_DO, 2, "phone %n upload", "phone %n acked", 900,
	    "phone messages",
	    { "It is sent. What is missing is asked for once more, and nothing "
	      "else.",
		"开始发送。缺了什么就只重发什么。" } },
	{ SCENE_DO, 1, NULL, NULL, 0, "messages files",
	    { "The picture is there, byte for byte. The air is as it was.",
		"图片逐字节完整送达。信号也恢复如前。" } },
};

static const struct scene scenes[] = {
	{ "day", false,
	    { "A day of normal use: texts, calls, a note, a contact, and few "
	      "SMS for all of it.",
		"平常的一天：短信、通话、备忘录和联系人，只用几条短信就全部备份。" },
	    STEPS(day) },
	{ "stolen", false,
	    { "A stolen phone with a new SIM: you lock it from the page and "
	      "watch what the thief does.",
		"手机被盗并换了 SIM 卡：您在页面上锁定它，并看到小偷做了什么。" },
	    STEPS(stolen) },
	{ "replacement", true,
	    { "A broken phone and its replacement, which gets all that was on "
	      "the old one.",
		"手机坏了，换一部新的：旧手机上的内容全部恢复到新手机。" },
	    STEPS(replacement) },
	{ "valley", false,
	    { "Three days in a valley without a network, of which nothing is "
	      "lost.",
		"在没有信号的山谷里三天，什么都没有丢失。" },
	    STEPS(valley) },
	{ "thief", false,
	    { "A thief tries to bind the phone to his own account, and is "
	      "asked your question.",
		"小偷想把手机绑定到自己的账户，却要回答您设定的问题。" },
	    STEPS(thief) },
	{ "full-sim", false,
	    { "The SIM in the service's modem is full while a phone sends.",
		"手机发送时，服务端的 SIM 卡满了。" },
	    STEPS(full_sim) },
	{ "lossy", false,
	    { "A network that loses, doubles and reorders SMS.",
		"会丢失、重复和打乱短信的网络。" },
	    STEPS(lossy) },
};

const struct scene *
scene_get(size_t i)
{
	return i < sizeof scenes / sizeof scenes[0] ? &scenes[i] : NULL;
}
