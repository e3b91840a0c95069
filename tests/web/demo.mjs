/*
 * The simulator's page: a visitor acts the phones and watches the vault; two
 * stories are told to their end; nothing that is typed says more than it is;
 * in a real browser, on a whole instance.
 */
import { done, equal, match, ok, step } from "./tap.mjs";
import { browser_open, deadline_ms, go, person, register, reload_until, sim } from "./service.mjs";
import { look, looked } from "./look.mjs";

const password = "correct horse battery";
const complaints = [];
const browser = await browser_open();

/* A code of the page, typed into the phone on the page. */
async function bind(page, n, question) {
	await page.goto("/phones/add");
	await page.fill("#name", `Phone ${n}`);
	if (question) {
		await page.fill("#question", "Name of your first pet?");
		await page.fill("#answer", "Musti");
	}
	await page.click("main form button");
	const code = (await page.textContent("#code")).trim();
	await page.goto(`/demo?phone=${n}`);
	await page.fill("#code", code);
	await page.click("#form-bind button");
	await until(page, `#phones a[data-phone='${n}'][data-state=bound]`);
}

/* The page goes on by itself. */
const until = (page, selector) => page.waitForSelector(selector, { timeout: 6 * deadline_ms });

const state = (page, n) => page.getAttribute(`#phones a[data-phone='${n}']`, "data-state");

/* Fill a form of the page and press one of its buttons. */
async function act(page, name, fields = {}) {
	for (const [id, value] of Object.entries(fields))
		await page.fill(`#${id}`, value);
	await page.click(`#forms button[value='${name}']`);
}

async function said(page, why) {
	match(await page.textContent(".note.good"), /Done:/, why);
}

/* ---- what people do ---- */

async function doings(page) {
	await page.goto("/demo");
	equal(await page.locator("#phones li").count(), 3, "the simulated phones are listed");
	await act(page, "text-in", { "text-number": "+358 40 555-0001",
		"text-text": "Lunch \"at\" \\noon? <b>" });
	await said(page, "a text comes in");
	await act(page, "text-out", { "text-number": "+358405550001", "text-text": "Yes; 好" });
	await said(page, "one is sent");
	await act(page, "call-missed", { "call-number": "+358405550002" });
	await said(page, "a call is missed");
	await act(page, "contact", { "contact-name": "Zoë \"Z\" <i>", "contact-number": "+358405550003" });
	await said(page, "a contact is added");
	await act(page, "note", { "note-title": "Keys", "note-text": "under the mat" });
	await said(page, "a note is written");
	await act(page, "upload");
	await said(page, "and all of it is sent");
	await look(page, "demo-done");
	await sim("wait phone 1 acked 60");
	await page.goto("/contacts");
	await reload_until(page, "the contact", async (p) =>
	    (await p.textContent("main")).includes("Zoë \"Z\" <i>"));
	ok(true, "the contact is in the vault, as it was typed");
	await page.goto("/messages");
	await page.click("#threads li a:has-text('0001')");
	const texts = (await page.locator(".bubble p").allTextContents()).join("|");
	match(texts, /Lunch "at" \\noon\? <b>/, "so is the text that came");
	match(texts, /Yes; 好/, "and the one that went");
	await page.goto("/notes");
	match(await page.textContent("main"), /under the mat/, "and the note");
	await page.goto("/calls");
	match(await page.textContent("#calls li:first-child"), /0002/, "and the call");
}

async function switches(page) {
	await page.goto("/demo?phone=1");
	await act(page, "coverage-off");
	equal(await state(page, 1), "no-coverage", "a phone leaves coverage");
	await act(page, "text-out", { "text-number": "+358405550001", "text-text": "lost" });
	match(await page.textContent(".note.bad"), /The phone has no network/,
	    "and what cannot be done then is said in plain words");
	equal(await page.inputValue("#text-text"), "lost", "what was typed stays");
	await look(page, "demo-refused");
	await act(page, "coverage-on");
	equal(await state(page, 1), "bound", "it comes back");
	await act(page, "power-off");
	equal(await state(page, 1), "off", "it is switched off");
	equal(await page.locator("button[value=upload]").count(), 0,
	    "then there is nothing to upload");
	await act(page, "power-on");
	equal(await state(page, 1), "bound", "and on");
	await act(page, "sim", { "sim-number": "+358401119999" });
	match(await page.textContent("#phones a[data-phone='1']"), /\+358401119999/,
	    "another SIM is put in");
	await page.goto("/phones");
	await page.click("article h2 a:text-is('Phone 1')");
	await page.click("a#sims");
	await reload_until(page, "the other SIM", async (p) =>
	    (await p.textContent("#sims")).includes("+358401119999"));
	ok(true, "and is in the phone's SIM history");
	await page.goto("/demo?phone=1");
	await act(page, "sim", { "sim-number": "+358501000001" });
	await said(page, "its own again");
}

/* A friend's phone, and a code that was printed. */
async function friend(page) {
	await page.goto("/codes");
	await page.fill("#old", password);
	await page.click("main form.card button");
	const code = await page.locator("#new-codes code").first().textContent();
	await page.goto("/demo?phone=1");
	await act(page, "friend", { "friend-text": `FIND ${code} Zoë` });
	await said(page, "a friend's phone texts the service");
	await until(page, "#friend-got li");
	match(await page.textContent("#friend-got"), /Zoë "Z" <i>: \+358405550003/,
	    "and gets the number that was asked for");
}

/* ---- what nobody should be able to do ---- */

async function hostile(page) {
	await page.goto("/demo?phone=1");
	await act(page, "call-in", { "call-number": "call me" });
	equal(await page.getAttribute("#call-number", "aria-invalid"), "true",
	    "letters are no number");
	const csrf = await page.getAttribute("#form-note input[name=csrf]", "value");
	const post = (form, path = "/demo") =>
	    page.request.post(path, { form: { csrf, phone: "1", ...form }, maxRedirects: 0 });
	const before = await sim("phone 1 notes 100");
	for (const [why, form] of [
		["a line break", { act: "note", "note-title": "a", "note-text": "b\nphone 1 factory-reset" }],
		["a carriage return", { act: "note", "note-title": "a\rquit", "note-text": "b" }],
		["an escape", { act: "note", "note-title": "a", "note-text": "\u001b[2J" }],
		["601 octets", { act: "note", "note-title": "a", "note-text": "x".repeat(601) }],
		["a number and more", { act: "sim", "sim-number": "+358401234567\" \"x" }],
		["no act", { act: "file add" }],
		["no act of the page", { act: "factory-reset" }],
	]) {
		equal((await post(form)).status(), 400, `${why} is refused`);
	}
	for (const scene of ["day 1 2", "day\nquit", "../day", "", "x".repeat(200)])
		equal((await post({ act: "begin", scene }, "/demo/scene")).status(), 400,
		    `${JSON.stringify(scene.slice(0, 10))} is no story`);
	equal((await post({ act: "begin", scene: "nothing" }, "/demo/scene")).status(), 400,
	    "nor is one that there is not");
	equal((await page.request.post("/demo", { form: { act: "upload", phone: "1" } })).status(), 403,
	    "without the form's token nothing is done");
	equal(await sim("phone 1 notes 100"), before, "and nothing of it reached the phone");
	await post({ act: "note", "note-title": "\" factory-reset \"", "note-text": "\\" });
	match(await sim("phone 1 notes 100"), /" factory-reset ": \\\n/,
	    "quotes and backslashes are text");
	for (const phone of ["0", "999", "-1", "1;quit", "99999999999999999999"]) {
		await page.goto(`/demo?phone=${encodeURIComponent(phone)}`);
		equal(await page.getAttribute("#chosen", "data-phone"), "1",
		    `phone ${phone} is the first one`);
	}
	await page.goto("/demo?did=%3Cscript%3E");
	equal(await page.locator(".note").count(), 0, "the page says only what it knows");
	const other = await browser.newContext({ baseURL: process.env.SMSVAULT_URL });
	const r = await other.request.get("/demo", { maxRedirects: 0 });
	equal(r.status(), 303, "who is not signed in sees nothing of it");
	await other.close();
}

/* Let the page's next look bring news, after something has been done. */
async function news(page, first) {
	const { pathname, search } = new URL(page.url());
	const here = (u) => u.pathname === pathname && u.search === search;
	const body = (await page.content()).replace(/data-turn="[^"]*"/g, 'data-turn="news"');
	let told_late;
	const told = new Promise((done) => told_late = done);
	await page.route(here, async (route) => {
		if (route.request().resourceType() !== "fetch")
			return route.continue();
		first();
		await new Promise((done) => setTimeout(done, 300));
		await route.fulfill({ contentType: "text/html; charset=utf-8", body })
		    .catch(() => {});
		told_late();
	}, { times: 1 });
	return told;
}

/* A look that brings news comes between a link and where it leads to. */
async function leaving(page) {
	await page.goto("/demo?phone=1");
	const there = (u) => u.pathname === "/phones";
	const late = news(page, () => {
		page.evaluate(() => document.querySelector("nav a[href='/phones']").click())
		    .catch(() => {});
	});
	await page.route(there, async (route) => {
		await late;
		/* The look's answer is read, and what it wants is done. */
		await new Promise((done) => setTimeout(done, 1500));
		await route.continue().catch(() => {});
	});
	await page.waitForURL(there).catch(() => {});
	ok(there(new URL(page.url())), "whoever leaves the page is not called back to it",
	    page.url());
	await page.unrouteAll({ behavior: "ignoreErrors" });
}

/* A look that brings news comes while something is typed. */
async function typing(page) {
	await page.goto("/demo?phone=1");
	await page.fill("#note-text", "half a thou");
	await news(page, () => {});
	await page.waitForSelector("#live[data-turn=news]");
	equal(await page.inputValue("#note-text"), "half a thou", "what is being typed stays");
	ok(await page.evaluate(() => document.activeElement.id === "note-text"),
	    "and is gone on with");
	await page.unrouteAll({ behavior: "ignoreErrors" });
}

/* What is filled in on a form and not sent, what is unfolded, and how far a
 * field is scrolled. */
const unsent_state = () => ({
	ticks: [...document.querySelectorAll("main [type=checkbox], main [type=radio]")]
	    .map((e) => e.checked),
	choice: document.getElementById("locate").value,
	open: [...document.querySelectorAll("main details")].map((e) => e.open),
	scroll: document.querySelector("main textarea").scrollTop,
	page: scrollY,
	at: document.activeElement.name,
	caret: document.activeElement.selectionStart,
});

/* A look that brings news comes before a form is sent. */
async function unsent(page) {
	await page.goto("/phones");
	const phone = await page.getAttribute("main a[href^='/phone?id=']", "href");
	await page.goto(phone.replace("/phone?", "/phone/lost?"));
	/* What other pages have. */
	await page.evaluate(() => {
		document.getElementById("live").dataset.turn = "";
		document.querySelector("main form").insertAdjacentHTML("beforeend",
		    "<input type=radio name=way value=a checked><input type=radio name=way value=b>" +
		    `<textarea rows=2>${"a line\n".repeat(50)}</textarea>` +
		    "<details open><summary>One</summary>a</details>" +
		    "<details><summary>Two</summary>b</details>");
	});
	const told = news(page, () => {});
	await page.uncheck("main [name=lock]");
	await page.check("main [name=ring]");
	await page.check("main [value=b]");
	await page.selectOption("#locate", "0");
	for (const name of ["One", "Two"])
		await page.click(`main summary:text-is('${name}')`);
	await page.evaluate(() => document.querySelector("main textarea").scrollTop = 40);
	await page.focus("#text");
	await page.keyboard.type("abc");
	await page.keyboard.press("ArrowLeft");
	const before = await page.evaluate(unsent_state);
	await told;
	await page.waitForSelector("#live[data-turn=news]");
	const after = await page.evaluate(unsent_state);
	for (const what in before)
		equal(JSON.stringify(after[what]), JSON.stringify(before[what]),
		    `what is not sent stays: ${what}`);
	equal(JSON.stringify([before.ticks.slice(0, 4), before.choice, before.open]),
	    '[[false,true,false,true],"0",[false,true]]', "and it was there");
	await page.unrouteAll({ behavior: "ignoreErrors" });
}

/* ---- stories ---- */

const turn = (page) => page.getAttribute("#story", "data-turn");
const told = async (page) => (await page.locator("#told li").allTextContents()).join("\n");

async function begin(page, name, n) {
	await page.goto(`/demo?phone=${n}`);
	await page.click(`#stories li:has(input[value='${name}']) button`);
	equal(await page.getAttribute("#story", "data-story"), name, `the story "${name}" begins`);
}

async function stolen(page) {
	await begin(page, "stolen", 1);
	await until(page, "#story[data-turn=your-turn]");
	match(await told(page), /SIM in[^]*turn lost mode on/,
	    "the phone is stolen, and the story waits for its owner");
	await look(page, "demo-your-turn");
	equal((await page.request.get("/demo", { maxRetries: 2 })).status(), 200, "meanwhile the page answers");
	await page.click("#look a:text-is('Lost phone')");
	match(page.url(), /\/phone\/lost\?id=/, "the page leads to where it is done");
	await go(page, "#order");
	await page.goto("/demo?phone=1");
	await until(page, "#told li:has-text('it refuses')");
	ok(true, "the phone is in lost mode, and the story goes on by itself");
	await page.waitForSelector("#chosen .state.bad");
	await until(page, "#story[data-turn=your-turn]");
	match(await told(page), /He calls[^]*off and on[^]*Found it/, "the thief acts");
	await page.click("#look a:text-is('Evidence')");
	await reload_until(page, "the thief's call", async (p) =>
	    /405550000/.test(await p.textContent("main")));
	ok(true, "which is in the evidence");
	await page.goto("/demo?phone=1");
	await page.click("#look a:text-is('Lost phone')");
	await go(page, "#found");
	await page.goto("/demo?phone=1");
	await until(page, "#story[data-turn=over]");
	match(await told(page), /yours again/, "found: the story is over");
	match(await page.textContent("#phones a[data-phone='1']"), /\+358501000001/,
	    "and the phone has its own SIM again");
	await page.waitForSelector("#live[data-turn=rest]");
	await look(page, "demo-over");
}

async function valley(page) {
	await begin(page, "valley", 1);
	await until(page, "#told li:has-text('where there is no network')");
	ok(true, "the phone goes into the valley, and the page says so by itself");
	await look(page, "demo-acting");
	await until(page, "#story[data-turn=over]");
	equal(await state(page, 1), "bound", "and comes out of it");
	await page.click("#look a:text-is('Notes')");
	await reload_until(page, "the hut's note", async (p) =>
	    /Bed 7, 25 euros/.test(await p.textContent("main")));
	ok(true, "what was written there is in the vault");
}

async function stopped(page) {
	/* Nothing arrives: it cannot be over before it is stopped. */
	await sim("phone 1 coverage off");
	await begin(page, "lossy", 1);
	await until(page, "#told li:has-text('one SMS in ten')");
	await reload_until(page, "a bad air", async () => /loss 0\.1/.test(await sim("air")));
	await page.click("#stories li:has(input[value=day]) button");
	match(await page.textContent(".note.bad"), /Another story/, "one story at a time");
	await page.click("#stop");
	equal(await turn(page), "stopped", "a story can be stopped");
	ok(/loss 0,/.test(await sim("air")) && !/loss 0\./.test(await sim("air")),
	    "and the air is as it was", await sim("air"));
	await sim("phone 1 coverage on");
}

/* A visitor finds each step from the page alone. */
async function replacement(page) {
	await begin(page, "replacement", 1);
	await until(page, "#told li:has-text('type it into phone 2')");
	equal(await state(page, 1), "off", "the phone is in the sea");
	await bind(page, 2, false);
	await until(page, "#told li:has-text('replace the old phone')");
	await page.click("#look a:text-is('Replace a phone')");
	await page.selectOption("#from", { label: "Phone 1" });
	await page.selectOption("#to", { label: "Phone 2" });
	await page.click("main form button");
	await go(page, "#start");
	await page.goto("/demo?phone=2");
	await until(page, "#story[data-turn=over]");
	/* In another order, since what is new is numbered anew. */
	const held = async (n) => (await sim(`phone ${n} contacts 1000`))
	    .replaceAll(/^\d+ /mg, "").split("\n").sort().join("\n");
	equal(await held(2), await held(1), "the new phone has what was on the old one");
	equal(await state(page, 1), "off", "which stays in the sea");
}

/* A thief with a browser of his own. */
async function thief(page) {
	const his = await person(browser, {}, complaints);
	await register(his, "thief", password);
	await begin(page, "thief", 1);
	await until(page, "#story[data-turn=your-turn]");
	await his.goto("/phones/add");
	await his.fill("#question", "Mine?");
	await his.fill("#answer", "yes");
	await his.click("main form button");
	const code = (await his.textContent("#code")).trim();
	await his.goto("/demo?phone=1");
	await his.fill("#code", code);
	await go(his, "#form-bind button");
	await until(page, "#story[data-turn=over]");
	match(await told(page), /guesses, and it is wrong/, "the thief is asked, and refused");
	await his.goto("/phones");
	equal(await his.locator("article.phone").count(), 0, "and has no phone");
	await his.context().close();
}

async function plain() {
	const page = await person(browser, { javaScriptEnabled: false }, complaints);
	await page.goto("/sign-in");
	await page.fill("#login", "visitor");
	await page.fill("#password", password);
	await page.click("main form button");
	await begin(page, "full-sim", 2);
	const end = Date.now() + 6 * deadline_ms;
	while (await turn(page) !== "over" && Date.now() < end) {
		await page.waitForTimeout(1000);
		if (await page.locator("#story a.button").count())
			await page.click("#story a.button");
		else
			await page.reload();
	}
	equal(await turn(page), "over", "without JavaScript a story is followed by hand");
	match(await told(page), /room in the SIM again[^]*Everything has arrived/,
	    "the modem's SIM was full, and nothing is lost");
	await page.context().close();
}

async function chinese(page) {
	await page.goto("/account/settings");
	await page.selectOption("#language", "zh");
	await go(page, "main form button");
	await page.goto("/demo");
	match(await page.textContent("#told"), /全部送达/, "the story is told in Chinese");
	match(await page.textContent("#stories"), /平常的一天/, "as the stories are");
	await look(page, "demo");
}

async function away(page) {
	const pid = Number(process.env.SMSVAULT_SIM_PID);

	process.kill(pid, "SIGSTOP");
	try {
		const r = await page.goto("/demo");
		equal(r.status(), 503, "a simulator that does not answer is waited for, for seconds");
		match(await page.textContent(".note.bad"), /模拟器没有响应/, "and the page says so");
		await look(page, "demo-away");
	} finally {
		process.kill(pid, "SIGCONT");
	}
	await page.goto("/demo");
	equal(await page.locator("#phones li").count(), 3, "once it answers, all is there again");
}

try {
	const page = await person(browser, {}, complaints);
	await register(page, "visitor", password);
	await page.goto("/phones");
	await page.click("nav a:text-is('Simulator')");
	await look(page, "demo");
	await step("a phone is bound with the page alone", () => bind(page, 1, true));
	await doings(page);
	await switches(page);
	await friend(page);
	await hostile(page);
	await leaving(page);
	await typing(page);
	await unsent(page);
	await stolen(page);
	await valley(page);
	await stopped(page);
	await thief(page);
	await replacement(page);
	await plain();
	await chinese(page);
	await away(page);
	looked(30);
	equal(complaints.filter((c) => !/status of 503/.test(c)).join("\n"), "",
	    "the browser complained of nothing else");
} catch (e) {
	ok(false, "the whole flow", e.stack);
}
await browser.close();
process.exitCode = done();
