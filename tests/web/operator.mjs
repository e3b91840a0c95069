/*
 * What an operator sees and does, and what others do not.
 */
import { equal, match, ok } from "./tap.mjs";
import { go, person, reload_until } from "./service.mjs";
import { look } from "./look.mjs";

const login = process.env.SMSVAULT_OPERATOR;
const password = process.env.SMSVAULT_OPERATOR_PASSWORD;
const pages = ["/operator", "/operator/modems", "/operator/traffic", "/operator/accounts",
    "/operator/queue", "/operator/quarantine", "/operator/log"];
// A connection that was idle may just have been closed.
const plain = { maxRedirects: 0, maxRetries: 2 };

async function sign_in(page, word) {
	await page.goto("/operator/sign-in");
	await page.fill("#login", login);
	await page.fill("#password", word);
	await page.click("main form button");
}

/* Where a request without following leads, or its status. */
async function answer(request, path, options) {
	const r = await request.fetch(path, { ...plain, ...options });
	return r.headers().location ?? r.status();
}

async function strangers(page) {
	const asked = async (options) => [...new Set(await Promise.all(
	    [...pages, "/operator/no-such-page", "/operator/sign-out"].map((path) =>
	        answer(page.request, path, options))))].join();
	equal(await asked({}), "/operator/sign-in",
	    "without its cookie every page for operators answers as one that there is not");
	equal(await asked({ method: "POST", form: { csrf: "" } }), "/operator/sign-in", "whatever the method");
}

/* An owner who is signed in is nobody here. */
async function owners(page) {
	await page.goto("/phones");
	equal(new URL(page.url()).pathname, "/phones", "an owner is signed in");
	await page.goto("/operator");
	equal(new URL(page.url()).pathname, "/operator/sign-in",
	    "an owner's cookie opens no page for operators");
	const token = (await page.context().cookies()).find((c) => c.name === "smsvault").value;
	equal(await answer(page.request, "/operator",
	    { headers: { cookie: `smsvault-operator=${token}` } }), "/operator/sign-in",
	    "not even under the name of an operator's");
}

/* For a name that there is not, as for one that there is. */
async function limited(page) {
	await page.goto("/operator/sign-in");
	const csrf = await page.inputValue("main [name=csrf]");
	const said = [];
	for (let i = 0; i < 11; i++)
		said.push(await answer(page.request, "/operator/sign-in", { method: "POST",
			form: { csrf, login: "nobody", password: "a guess" } }));
	equal(said.join(), [...Array(10).fill(403), 429].join(), "guesses at an operator's password are limited");
}

async function overview(page) {
	equal(await page.locator("header nav a").count(), pages.length,
	    "an operator is signed in, and has a menu");
	match(await page.textContent("#live"), /[1-9]\s*accounts/, "the overview counts accounts");
	match(await page.textContent("#alarms"), /check found damage: 1\D*smsctl verify/,
	    "and those with damage in their backup");
	await look(page, "operator");
}

async function modems(page) {
	await page.click("header nav a[href='/operator/modems']");
	match(await page.textContent("[data-modem=modem0] h2"), /ready/, "a modem is ready");
	match(await page.textContent("[data-modem=modem0]"), /SMS in\s*[1-9]/,
	    "and says how many SMS came in");
	equal(await page.locator("[data-modem=modem0] polyline").count(), 2,
	    "its signal is drawn, and not where nothing is known");
	await look(page, "operator-modems");
}

async function traffic(page) {
	await page.click("header nav a[href='/operator/traffic']");
	const sum = async (table, n) => (await page.locator(
	    `#${table} tbody td:nth-of-type(${n})`).allTextContents())
	    .reduce((all, t) => all + Number(t), 0).toFixed(2);
	await page.click("summary");
	const [came, went, cost] = await Promise.all([1, 2, 3].map((n) => sum("days", n)));
	ok(came > 0 && went > 0, "SMS in and out are counted by day", `${came} in, ${went} out`);
	equal((await page.locator(".legend b").allTextContents())
	    .map((t) => Number(t).toFixed(2)).join(), `${came},${went}`, "and drawn as they are");
	equal([await sum("months", 1), await sum("months", 2)].join(), `${went},${cost}`,
	    "what they cost is summed by month");
	await look(page, "operator-traffic");
}

async function accounts(page, owner, name) {
	await page.click("header nav a[href='/operator/accounts']");
	equal(await page.locator("#accounts b:text-is('<b>bold</b>')").count(), 1,
	    "a login is text, whatever it has in it");
	await look(page, "operator-accounts");
	await page.fill("#login", name);
	await page.click("form.search button");
	await page.click("#accounts a");
	equal(await page.textContent("h1"), name, "an account is found by its login");
	await look(page, "operator-account");
	await page.fill("#limit", "many");
	await go(page, "form.card button");
	equal(await page.getAttribute("#limit", "aria-invalid"), "true",
	    "a limit that is no number is refused");
	await look(page, "operator-account-error");
	await page.fill("#limit", "300");
	await go(page, "form.card button");
	match(await page.textContent("main"), /of\s*300 SMS/, "the limit of an account is changed");
	await look(page, "operator-account-saved");
	await owner.goto("/events");
	match(await owner.textContent("[data-event=limit-changed]"), /200 → 300/,
	    "its owner is told by his events");
	await go(page, "form.undo button");
	match(await page.textContent("main"), /of\s*200 SMS/, "and the change is undone");
}

async function queue(page) {
	await page.goto("/operator");
	await page.click("#alarms a[href='/operator/queue?state=failed']");
	equal(await page.locator("#queue li").count(), 2, "the overview leads to the SMS that failed");
	await look(page, "operator-queue");
	equal(await page.locator("#queue button[value=again]").count(), 1,
	    "a text for a person is not sent twice");
	const path = page.url();
	await go(page, "#queue button[value=again]");
	match(await page.textContent("[role=status]"), /once more/, "an SMS that failed is sent again");
	await page.goto(path);
	await page.click("#queue summary");
	await look(page, "operator-queue-drop");
	await go(page, "#queue button[value=drop]");
	match(await page.textContent("[role=status]"), /dropped/, "one is dropped, if it is said twice");
	await reload_until(page, "nothing is held or queued", async (p) =>
	    await p.locator("#queue").count() === 0);
	ok(true, "and what waited for a limit that was raised has gone");
	await look(page, "operator-queue-none");
}

async function quarantine(page) {
	await page.goto("/operator");
	await page.click("#alarms a[href='/operator/quarantine']");
	equal(await page.locator("#aside li").count(), 1, "a transfer that was set aside is there");
	await look(page, "operator-quarantine");
	await go(page, "#aside button");
	match(await page.textContent("[role=status]"), /gateway/, "and is given to the gateway again");
}

async function log(page) {
	await page.click("header nav a[href='/operator/log']");
	equal((await page.locator("#log li").evaluateAll((l) => l.map((e) => e.dataset.entry)))
	    .reverse().join(" "),
	    "operator-added signed-in limit limit sms-again sms-dropped reopened",
	    "all that operators did is in the log");
	await look(page, "operator-log");
}

/* What else nobody may do. */
async function forged(page) {
	const posts = ["/operator/sign-out", "/operator/account", "/operator/queue",
	    "/operator/quarantine"];
	equal((await Promise.all(posts.map((path) => answer(page.request, path,
	    { method: "POST", form: { csrf: "0".repeat(32) } })))).join(), "403,403,403,403",
	    "a form without its token changes nothing");
	equal(await answer(page.request, "/operator/sign-out"), 404, "another method is no page");
	equal(await answer(page.request, "/operator/log", { method: "POST", form: { csrf: "" } }),
	    404, "nor is a form where there is none");
	equal(await answer(page.request, "/phones"), "/sign-in",
	    "an operator's cookie opens no page of an owner");
}

export async function operator(browser, name, word, complaints) {
	const page = await person(browser, {}, complaints);
	const owner = await person(browser, {}, complaints);
	await owner.goto("/sign-in");
	await owner.fill("#login", name);
	await owner.fill("#password", word);
	await owner.click("main form button");
	await strangers(page);
	await owners(owner);
	await limited(page);
	await sign_in(page, "not the password");
	match(await page.textContent("[role=alert]"), /do not belong together/,
	    "an operator's wrong password is refused");
	await look(page, "operator-sign-in");
	await sign_in(page, password);
	await overview(page);
	await modems(page);
	await traffic(page);
	await accounts(page, owner, name);
	await queue(page);
	await quarantine(page);
	await log(page);
	await forged(page);
	await page.click("a.lang");
	for (const path of pages) {
		await page.goto(path);
		await look(page, path.slice(1).replace("/", "-"));
	}
	await page.goto("/operator");
	await go(page, "form[action='/operator/sign-out'] button");
	equal(await answer(page.request, "/operator"), "/operator/sign-in",
	    "an operator signs out");
	await page.context().close();
	await owner.context().close();
}
