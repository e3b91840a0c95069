/*
 * What a phone uploads and when; its page, its SIMs, what happened.  The
 * instance was filled by tests/whole/fill.
 */
import { done, equal, match, ok, step } from "./tap.mjs";
import { browser_open, go, person, phone_says, refused, reload_until, sim } from "./service.mjs";
import { look, looked } from "./look.mjs";

const complaints = [];
const browser = await browser_open();
const hour = process.env.SMSVAULT_HOUR; /* far from now */
let policy_page, phone_page;

async function sign_in(page) {
	await page.goto("/sign-in");
	await page.fill("#login", process.env.SMSVAULT_LOGIN);
	await page.fill("#password", process.env.SMSVAULT_PASSWORD);
	await page.click("main form button");
}

/* Everything that the form says, as a person would read it. */
async function fields(page) {
	return page.evaluate(() => Object.fromEntries(
	    [...new FormData(document.querySelector(".policy form"))]
	        .filter(([n, v]) => !["csrf", "newest"].includes(n) && v !== "")));
}

const open_folds = (page) => page.evaluate(() =>
    document.querySelectorAll("details").forEach((d) => { d.open = true; }));

/* Whatever the phone sends confirms the policy that it has. */
async function confirmed() {
	await sim("phone 2 call in +358401112222 60");
	await sim("phone 2 upload");
}

/* Saving one thing drops nothing that was set before. */
async function kept(page) {
	await page.goto(policy_page);
	const before = await fields(page);
	equal(JSON.stringify(["quiet-from", "quiet-to", "daily", "codes", "word1"]
	    .map((n) => before[n])), JSON.stringify([`${hour}:07`, `${hour}:37`, "500", "1", "secret"]),
	    "the page shows what is set, whoever set it");
	await page.check("input[name=lock]");
	await page.click("#save");
	match(await page.textContent(".note.good"), /Saved/, "the lock alone is changed");
	const after = await fields(page);
	equal(after.lock, "1", "the lock is on");
	delete after.lock;
	equal(JSON.stringify(after), JSON.stringify(before),
	    "quiet hours, limits and filters are still there");
	await sim("wait phone 2 policy 2 60");
	await confirmed();
	await reload_until(page, "in force", (p) => p.locator("[data-in-force='2']").count());
	match(await page.textContent("#now"), new RegExp(`${hour}:07 – ${hour}:37`), "and in force on the phone");
	equal(await page.locator("#waits").count(), 0, "nothing waits");
}

/* All of it set, refused beside its fields, kept, and sent. */
async function whole(page) {
	await page.goto(policy_page);
	await look(page, "policy");
	await open_folds(page);
	await page.check("input[name=soon][value='360']");
	await page.selectOption("#call", "interval");
	await page.fill("#call-n", "5");
	await page.selectOption("#call-unit", "min");
	await page.selectOption("#note", "off");
	await page.selectOption("#file", "manual");
	await page.selectOption("#location", "interval");
	await page.fill("#location-n", "2");
	await page.selectOption("#location-unit", "d");
	await page.fill("#file-kb", "lots");
	await page.fill("#quiet-from", `${hour}:10`);
	await page.fill("#quiet-to", "");
	await page.fill("#daily", "0");
	await page.fill("#lost", "70000");
	await page.selectOption("#roaming", "2");
	await page.fill("#word2", "abcdefghijklmnopqrstuvwxyz");
	await page.fill("#peer1", "+358 40 123-4567");
	await page.fill("#peer2", "BANK");
	await page.click("#save");
	for (const id of ["call-n", "file-kb", "quiet-from", "quiet-to", "daily", "lost", "word2"]) {
		equal(await page.getAttribute(`#${id}`, "aria-invalid"), "true", `${id} is marked`);
		ok(await page.locator(`#${id}`).isVisible(), "and seen");
	}
	equal(await page.locator(".wrong").count(), 6, "each has its reason beside it");
	equal(await page.inputValue("#file-kb"), "lots", "what was typed is kept");
	equal(await page.inputValue("#quiet-from"), `${hour}:10`, "all of it");
	await look(page, "policy-errors");
	await page.fill("#call-n", "15");
	await page.fill("#file-kb", "200");
	await page.fill("#quiet-to", `${hour}:40`);
	await page.fill("#daily", "400");
	await page.fill("#lost", "70");
	await page.fill("#word2", "密码");
	await page.click("#save");
	match(await page.textContent(".note.good"), /Saved/, "mended, it is saved");
	equal(JSON.stringify(await fields(page)), JSON.stringify({ id: before_id(page),
		soon: "360", contact: "same", "contact-n": "6", "contact-unit": "h",
		message: "same", "message-n": "6", "message-unit": "h",
		call: "interval", "call-n": "15", "call-unit": "min",
		calendar: "same", "calendar-n": "6", "calendar-unit": "h",
		note: "off", "note-n": "24", "note-unit": "h",
		file: "manual", "file-n": "24", "file-unit": "h",
		location: "interval", "location-n": "2", "location-unit": "d",
		"file-kb": "200", "quiet-from": `${hour}:10`, "quiet-to": `${hour}:40`,
		daily: "400", roaming: "2", lost: "70", codes: "1",
		word1: "secret", word2: "密码", peer1: "+358401234567", peer2: "BANK",
		lock: "1" }), "every field says what was set");
}

const before_id = (page) => new URL(page.url()).searchParams.get("id");

/* The phone has it: what is in force is not what is wished until then. */
async function obeyed(page) {
	match(await page.textContent("#now"), new RegExp(`${hour}:07 – ${hour}:37`),
	    "what is in force stays on the page while the new one waits");
	match(await page.textContent("#waits"), new RegExp(`${hour}:10 – ${hour}:40`), "beside what waits");
	await look(page, "policy-pending");
	await sim("wait phone 2 policy 3 60");
	equal(await phone_says(2, "policy call"), "interval 15", "what is set on the page is in force on the phone");
	equal(await phone_says(2, "policy contact"), "fill 360", "kind by kind");
	equal(await phone_says(2, "policy note"), undefined, "what is off is not among them");
	ok(await refused("phone 2 policy call off"), "locked on the page: the phone's user can change nothing");
	await confirmed();
	await step("the page says that it is in force once the phone has confirmed it", () => reload_until(page, "in force", (p) =>
	    p.locator("[data-in-force='3']").count()));
	match(await page.textContent("#now"), /Send while roaming abroad\s*yes/, "in words");
	match(await page.textContent("#now"), /BANK/, "with the numbers that stay out");
	await page.click("#save");
	match(await page.textContent(".note.good"), /Nothing was changed/,
	    "the same again costs nothing");
}

/* A change that waits can be taken back. */
async function undone(page) {
	await sim("phone 2 coverage off");
	await page.check("input[name=soon][value='0']");
	await page.click("#save");
	match(await page.textContent("#waits"), /at once/, "a change waits");
	await page.click("#waits button");
	match(await page.textContent("#waits"), /the same as what is in force/,
	    "taken back: what is in force is sent again");
	equal((await fields(page)).soon, "360", "and the form says so");
	await sim("phone 2 coverage on");
	await step("the phone gets the last one", () => sim("wait phone 2 policy 5 90"));
	equal(await phone_says(2, "policy contact"), "fill 360", "and is as before");
	const stale = await page.getAttribute("form:has(#save) [name=newest]", "value");
	await page.evaluate(() => {
		document.querySelector("form:has(#save) [name=newest]").value = "1";
	});
	await page.click("#save");
	match(await page.textContent(".note.bad"), /changed somewhere else/,
	    `a form older than version ${stale} is not taken`);
}

async function cost(page) {
	const costs = await page.locator("[data-cost]").evaluateAll((l) =>
	    l.map((e) => Number(e.dataset.cost)));
	equal(costs.length, 4, "each choice has its cost a month");
	ok(costs[0] > 0 && costs[0] <= costs[1] && costs[1] <= costs[2] && costs[2] <= costs[3] &&
	    costs[0] < costs[3], "the longer it may wait, the less", costs);
}

/* ---- the page of a phone ---- */

async function one_phone(page) {
	await page.goto("/phones");
	await look(page, "phones");
	await page.locator(".phone h2 a").first().click();
	const first = page.url();
	match(await page.textContent("[data-kind=message]"), /3 of \d+ are missing/,
	    "what is missing is named, kind by kind");
	match(await page.textContent("[data-kind=contact]"), /Complete up to/,
	    "and what is complete, up to when");
	await page.fill("#days", "0");
	await page.click("form[action='/phone/silent'] button");
	equal(await page.getAttribute("#days", "aria-invalid"), "true",
	    "an alert after no day is refused");
	equal(await page.inputValue("#days"), "0", "and what was typed kept");
	await look(page, "phone-error");
	await page.fill("#days", "7");
	await page.click("form[action='/phone/silent'] button");
	equal(await page.inputValue("#days"), "7", "after seven it is kept");
	await page.fill("#days", "");
	await page.click("form[action='/phone/silent'] button");
	equal(await page.inputValue("#days"), "", "and so is never");
	await page.fill("#name", "Mother's phone");
	await page.click("form[action='/phone/rename'] button");
	equal(await page.textContent("h1"), "Mother's phone", "it has another name");
	await look(page, "phone");
	return first;
}

async function sims(page, first) {
	await page.goto(first);
	await page.click("#sims");
	equal(await page.locator("#sims > li").count(), 3, "each SIM that it was heard with");
	match(await page.textContent("#sims"), /Telia/, "with its operator");
	const telia = page.locator("#sims > li", { hasText: "Telia" });
	match(await telia.textContent(), /Not named as yours/, "whose it is");
	await telia.locator("summary").click();
	await telia.locator("[name=name]").fill("Holiday card");
	await telia.locator("[name=own]").check();
	await telia.locator("button").click();
	match(await page.locator("#sims > li", { hasText: "Holiday card" }).textContent(),
	    /Yours/, "a SIM can be named, and be one's own");
	await look(page, "sims");
	/* Another one in the other phone. */
	await sim("phone 2 sim change +358449990000");
	await page.goto(phone_page);
	await page.click("#sims");
	await step("another SIM is in the history on the page by itself", () =>
	    reload_until(page, "two SIMs", async (p) => await p.locator("#sims > li").count() === 2));
	match(await page.locator("#sims > li").first().textContent(), /In the phone now/,
	    "the one in the phone comes first");
}

/* ---- events ---- */

async function events(page) {
	await page.goto("/events");
	const shown = await page.locator("#events b").allTextContents();
	ok(shown.length > 8, "what happened is listed", shown);
	ok(!shown.some((t) => /^[a-z]+(-[a-z]+)+$/.test(t)), "nothing as a code", shown);
	match(shown.join("\n"), /Another SIM is in the phone/, "but in words");
	await look(page, "events");
	await page.selectOption("#kind", { label: "Another SIM is in the phone" });
	await page.click("#filter button");
	equal(await page.locator("#events li:not([data-event=sim-changed])").count(), 0,
	    "one kind alone");
	ok(await page.locator("#events li").count() >= 2, "of each phone");
	await page.selectOption("#phone", { label: "Mother's phone" });
	await page.click("#filter button");
	equal((await page.locator("#events small").allTextContents())
	    .filter((t) => /Mother/.test(t)).length, await page.locator("#events li").count(),
	    "and of one phone");
	await page.selectOption("#kind", "phone-bound");
	await page.click("#filter button");
	equal(await page.locator("#events li").count(), 1, "both at once");
}

/* ---- whose phone it is ---- */

async function thief_account() {
	const page = await person(browser, {}, complaints);
	await page.goto("/register");
	await page.fill("#login", "stranger");
	await page.fill("#password", "another horse battery");
	await page.fill("#password2", "another horse battery");
	await page.click("main form button");
	await page.click("main a.button");
	return page;
}

async function code(page) {
	await page.goto("/phones/add");
	if (await page.locator("#question").count()) {
		await page.fill("#question", "Mine?");
		await page.fill("#answer", "yes");
	}
	await page.click("main form button");
	return (await page.textContent("#code")).trim();
}

async function objected(page, other) {
	await sim("phone 1 factory-reset");
	await sim(`phone 1 bind ${await code(other)}`);
	await sim("wait phone 1 asked 60");
	await sim("phone 1 answer Musti");
	await sim("wait phone 1 bound 60");
	await step("the owner is shown that his phone was bound elsewhere", async () => {
		await page.goto("/phones");
		await reload_until(page, "contested", (p) => p.locator(".contest").count());
	});
	await look(page, "phones-contested");
	await other.goto("/phones");
	await other.click(".phone h2 a");
	match(await other.textContent("main"), /may object until/, "the new one that it may be objected to");
	await page.click(".contest button");
	match(await page.textContent(".note.good"), /is being ended/, "the owner vetoes the binding");
	await step("vetoed: the phone is told, and forgets the new account", () =>
	    sim("wait phone 1 unbound 60"));
	await step("and the new account says that it is unbound", () => reload_until(other, "unbound",
	    async (p) => /This phone is unbound/.test(await p.textContent("main"))));
	/* From another number: one number is answered once a minute. */
	await sim("phone 1 sim change +358449990001");
	await sim(`phone 1 bind ${await code(other)}`);
	await sim("wait phone 1 asked 60");
	await sim("phone 1 answer Musti");
	await step("after a veto no other account can bind it", () => sim("wait phone 1 refused 60"));
	await sim(`phone 1 bind ${await code(page)}`);
	await sim("wait phone 1 asked 60");
	await sim("phone 1 answer Musti");
	await step("its owner can: the phone is his again", () => page.waitForSelector(
	    "#binding[data-state=bound]"));
	await sim("phone 1 contact add \"Back Again\" +358405550000");
	await sim("phone 1 upload");
	await page.goto("/contacts");
	await step("and what it sends comes to his vault", () => reload_until(page, "the contact",
	    (p) => p.locator("#contacts b:text-is('Back Again')").count()));
	await other.goto("/contacts");
	equal(await other.locator("#contacts li").count(), 0, "and not to the other account");
}

async function handed_over(page, other) {
	await page.goto("/contacts");
	const before = await page.locator("#contacts li").count();
	await page.goto(phone_page);
	await page.click("a[href*='to=owner']");
	match(await page.textContent(".steps"), /new owner gets a code/, "handing over is explained");
	await look(page, "hand-over");
	await page.click("#unbind");
	await step("unbound on the page, the phone is told, and forgets its keys", () =>
	    sim("wait phone 2 unbound 60"));
	await step("and the page says so", () => reload_until(page, "unbound", async (p) =>
	    /This phone is unbound/.test(await p.textContent("main"))));
	await look(page, "phone-unbound");
	await sim(`phone 2 bind ${await code(other)}`);
	await step("handed over, its new owner binds it without a question", () =>
	    sim("wait phone 2 bound 60"));
	await sim("phone 2 contact add \"New Owner\" +358405550002");
	await sim("phone 2 upload");
	await other.goto("/contacts");
	await step("what it sends comes to the new owner's vault", () => reload_until(other,
	    "the contact", (p) => p.locator("#contacts b:text-is('New Owner')").count()));
	await page.goto("/contacts");
	equal(await page.locator("#contacts b:text-is('New Owner')").count(), 0,
	    "and no longer to the old owner's");
	equal(await page.locator("#contacts li").count(), before, "who keeps what was his");
	await page.goto("/phones");
	equal(await page.locator(".contest").count(), 0, "and nobody may object");
}

/* The menu is whole at the least width, and says where one is. */
async function menu(page) {
	const before = page.viewportSize();
	await page.setViewportSize({ width: 360, height: 740 });
	for (const path of ["/phones", "/files", "/account", "/deleted"]) {
		await page.goto(path);
		const cut = await page.evaluate(() => [...document.querySelectorAll("header nav a")]
		    .filter((a) => {
			    const r = a.getBoundingClientRect();
			    return r.left < 0 || r.right > innerWidth || a.scrollWidth > a.clientWidth;
		    }).map((a) => a.textContent));
		equal(cut.join(), "", `nothing of the menu is cut: ${path}`);
		ok(await page.locator("header nav a[aria-current]").first().isVisible(),
		    "the page one is on is seen in it");
	}
	await page.setViewportSize(before);
}

try {
	const page = await person(browser, {}, complaints);
	await sign_in(page);
	await page.goto("/phones");
	phone_page = await page.locator(".phone h2 a").last().getAttribute("href");
	policy_page = phone_page.replace("/phone?", "/phone/policy?");
	await kept(page);
	await whole(page);
	await obeyed(page);
	await cost(page);
	await undone(page);
	await go(page, "a.lang");
	await page.goto(policy_page);
	await open_folds(page);
	await look(page, "policy-open");
	await page.click("a.lang");
	const first = await one_phone(page);
	await sims(page, first);
	await events(page);
	await menu(page);
	const other = await thief_account();
	await objected(page, other);
	await handed_over(page, other);
	await page.goto("/phones");
	await page.click("a.lang");
	await menu(page);
	for (const [name, path] of Object.entries({ phones: "/phones", phone: first,
		"phone-unbound": phone_page, events: "/events",
		sims: first.replace("/phone?", "/phone/sims?"),
		unbind: first.replace("/phone?", "/phone/unbind?") })) {
		await page.goto(path);
		await look(page, name);
	}
	looked(70);
	equal(complaints.join("\n"), "", "the browser complained of nothing");
} catch (e) {
	ok(false, "the whole flow", e.stack);
}
await browser.close();
process.exitCode = done();
