/*
 * An owner's day with the pages, in a real browser, on a whole instance:
 * register, bind a phone, look at what it sent, set its policy, sign out;
 * the same in Chinese and without JavaScript.
 */
import { done, equal, match, ok, step } from "./tap.mjs";
import { browser_open, go, person, phone_says, refused, reload_until, sim }
    from "./service.mjs";
import { keyboard, look, looked } from "./look.mjs";

const login = "owner";
const password = "correct horse battery";
const complaints = [];
const browser = await browser_open();

async function sign_in(page, with_password) {
	await page.goto("/sign-in");
	await page.fill("#login", login);
	await page.fill("#password", with_password);
	await page.click("main form button");
}

async function register(page) {
	await page.goto("/");
	await look(page, "start");
	await page.click("main a[href='/register']");
	await look(page, "register");
	await page.fill("#login", login);
	await page.fill("#password", password);
	await page.fill("#password2", "something else");
	await page.click("main form button");
	equal(await page.getAttribute("#password2", "aria-invalid"), "true",
	    "passwords that differ: the second field says so");
	equal(await page.inputValue("#login"), login, "and the login need not be typed again");
	await look(page, "register-error");
	await page.fill("#password", password);
	await page.fill("#password2", password);
	await page.click("main form button");
	match(await page.textContent("#recovery"), /^([0-9A-Z]{5}-){4}[0-9A-Z]{5}$/,
	    "registering shows a recovery code");
	await look(page, "recovery");
	await page.click("main a.button");
	equal(await page.locator("#recovery").count(), 0, "once only");
}

/* From no phone to a bound one; the page follows the SMS by itself. */
async function bind(page) {
	await page.goto("/phones");
	match(await page.textContent("main"), /No phone yet/, "no phone: the page says what to do");
	await look(page, "phones-empty");
	await page.click("main a[href='/phones/add']");
	await look(page, "add");
	await page.fill("#name", "Aino's phone");
	await page.fill("#question", "Name of your first pet?");
	await page.fill("#answer", "Musti");
	await page.click("main form button");
	const code = (await page.textContent("#code")).trim();
	match(code, /^([0-9A-Z]{4}-){3}[0-9A-Z]{4}$/, "the page shows a code of 16 characters");
	match(await page.getAttribute("svg.qr", "data-text"), /\+?358401000000/,
	    "and a QR code with the service's number");
	equal(await page.getAttribute("#binding", "data-state"), "waiting", "it waits for the phone");
	await look(page, "code");
	await sim(`phone 1 bind ${code}`);
	await step("the page follows the binding by itself", () =>
	    page.waitForSelector("#binding[data-state=bound]"));
	equal(await page.textContent("#digits"), await phone_says(1, "digits"),
	    "the page shows the same six digits as the phone");
	await look(page, "bound");
	await page.click("#to-phone");
	match(await page.textContent("h1"), /Aino's phone/, "and leads to the phone");
}

/* Of each kind something that is known, on the phone. */
async function put_on_phone() {
	await sim("phone 1 event add \"Choir practice\" +26h 45 \"Parish hall\"");
	await sim("phone 1 note add \"Shopping\" \"Milk, rye bread, coffee\"");
	await sim("phone 1 mms-in +358409995555 \"The sky over the lake\"");
}

/* It came over the air, and each kind is on its page. */
async function kinds(page) {
	await page.goto("/calendar?view=list");
	match(await page.textContent("main"), /Choir practice/,
	    "a calendar event of the phone is on the calendar's page");
	await page.goto("/notes");
	await page.click("#notes a:has-text('Shopping')");
	match(await page.textContent(".prose"), /Milk, rye bread, coffee/,
	    "a note of the phone is read whole on its page");
	await page.goto("/conversation?peer=%2B358409995555");
	match(await page.textContent(".chat"), /The sky over the lake/,
	    "an MMS of the phone is read in its conversation");
	const picture = page.locator(".bubble img.preview");
	await picture.first().waitFor();
	await page.waitForFunction(() => document.querySelector(".bubble img.preview").complete);
	ok(await picture.first().evaluate((i) => i.naturalWidth) > 1,
	    "with the picture that came with it");
	await look(page, "mms");
	await page.goto("/files");
	const files = (await sim("phone 1 file list")).split("\n").filter((l) => /^\d+ /.test(l));
	equal(await page.locator("#files li").count(), files.length,
	    "every file of the phone is on the files' page");
	ok(files.length > 1, "and there are some");
}

async function data(page) {
	await put_on_phone();
	await sim("phone 1 upload");
	await sim("wait phone 1 acked 120");
	await page.goto("/contacts");
	const count = async (selector) => page.locator(selector).count();
	const held = (await sim("phone 1 contacts 1000")).split("\n")
	    .filter((l) => /^\d+ /.test(l)).length;
	equal(await count("#contacts li"), held, "every contact of the phone is on the page");
	const name = await page.locator("#contacts b").first().textContent();
	await page.fill("#q", name.toUpperCase());
	await page.click("form.search button");
	match(await page.locator("#contacts b").first().textContent(), new RegExp(name),
	    "a contact is found, whatever the case");
	await page.fill("#q", "nobody of this name");
	await page.click("form.search button");
	await look(page, "contacts-none");
	await page.goto("/messages");
	ok(await count("#threads li") > 1, "messages are in conversations");
	await page.click("#threads li a");
	ok(await count(".bubble") > 0, "a conversation is in bubbles");
	await page.goto("/calls");
	ok(await count("#calls li") > 1, "calls are listed");
	ok(await count(".plot .column") > 0, "and plotted");
	await kinds(page);
}

async function policy(page) {
	await page.goto("/phones");
	await page.click(".phone h2 a");
	const phone = new URL(page.url());
	await page.click("main a[href^='/phone/policy']");
	await page.click("#own summary");
	await page.selectOption("#contact", { label: "at an interval" });
	await page.fill("#contact-n", "6");
	await page.selectOption("#call", { label: "at once" });
	await page.selectOption("#message", { label: "at once" });
	await page.check("input[name=lock]");
	await go(page, "#save");
	await page.goto(phone.href);
	equal(await page.getAttribute("[data-policy]", "data-policy"), "pending",
	    "a new policy is pending");
	await look(page, "phone-pending");
	await step("the phone takes it", () => sim("wait phone 1 policy 1 30"));
	ok(await refused("phone 1 policy call off"),
	    "and refuses its user a change, since it is locked");
	await sim("phone 1 call in +358401112222 60");
	await page.goto(phone.href);
	await step("the next upload brings it into force on the page", () =>
	    reload_until(page, "in force", (p) =>
	        p.locator("[data-policy=in-force]").count()));
	await page.goto("/calls");
	await step("and that call is on the page", () =>
	    reload_until(page, "the call", async (p) =>
	        (await p.locator("#calls li").first().textContent()).includes("+358401112222")));
	await page.goto(phone.pathname + "/policy" + phone.search);
	equal(await page.inputValue("#contact-n"), "6", "the policy's page shows what was set");
}

/* Every page that has something to show. */
async function looks(page) {
	const first = async (path, selector) => {
		await page.goto(path);
		return page.locator(selector).first().getAttribute("href");
	};
	const pages = {
		phones: "/phones",
		phone: await first("/phones", ".phone h2 a"),
		contacts: "/contacts",
		contact: await first("/contacts", "#contacts a"),
		messages: "/messages",
		conversation: await first("/messages", "#threads a"),
		calls: "/calls",
		events: "/events",
		account: "/account",
		"add-more": "/phones/add",
		"not-found": "/nothing-here",
	};
	equal((await page.request.get("/demo")).status(), 404,
	    "where no simulator is shown, there is no page of one");
	equal(await page.locator("a[href^='/demo']").count(), 0, "nor a link to it");
	pages.policy = pages.phone.replace("/phone?", "/phone/policy?");
	pages.unbind = pages.phone.replace("/phone?", "/phone/unbind?");
	for (const [name, path] of Object.entries(pages)) {
		await page.goto(path);
		await look(page, name);
	}
}

async function leave(page) {
	await page.goto("/account");
	await go(page, "form[action='/sign-out'] button");
	await page.goto("/phones");
	equal(new URL(page.url()).pathname, "/sign-in", "signed out, the phones are not shown");
	await look(page, "sign-in");
	await sign_in(page, "correct horse stable");
	match(await page.textContent("[role=alert]"), /do not belong together/,
	    "a wrong password is refused");
	await look(page, "sign-in-error");
	await page.goto("/recover");
	await look(page, "recover");
}

async function chinese() {
	const page = await person(browser, { locale: "zh-CN" }, complaints);
	await page.goto("/");
	equal(await page.getAttribute("html", "lang"), "zh-Hans",
	    "a Chinese browser gets Chinese pages");
	await look(page, "start");
	await page.goto("/register");
	await look(page, "register");
	await page.goto("/sign-in");
	await look(page, "sign-in");
	await sign_in(page, password);
	equal(await page.getAttribute("html", "lang"), "en",
	    "signed in, the account's language is spoken");
	await page.click("a.lang");
	equal(await page.textContent("h1"), "手机", "and another can be chosen, on the same page");
	await looks(page);
	await page.goto("/phones/add");
	await page.click("main form button");
	await look(page, "code");
	await page.click("a.lang");
	await page.context().close();
}

/* Bind a second phone without any script. */
async function plain() {
	const page = await person(browser, { javaScriptEnabled: false }, complaints);
	await sign_in(page, password);
	await page.goto("/phones/add");
	await page.fill("#name", "Second");
	await page.click("main form button");
	await sim(`phone 2 bind ${(await page.textContent("#code")).trim()}`);
	await sim("wait phone 2 bound 30");
	await page.click("#refresh");
	await step("without JavaScript, \"Look again\" shows the binding", () =>
	    reload_until(page, "bound", (p) =>
	        p.locator("#binding[data-state=bound]").count()));
	equal((await page.textContent("#digits")).trim(), await phone_says(2, "digits"),
	    "and the digits");
	await page.goto("/contacts");
	ok(await page.locator("#contacts li").count() > 0, "and the contacts are there");
	await page.context().close();
}

try {
	const page = await person(browser, {}, complaints);
	await register(page);
	await bind(page);
	await data(page);
	await policy(page);
	await looks(page);
	await keyboard(page, "/phones");
	await leave(page);
	await chinese();
	await plain();
	looked(100);
	equal(complaints.join("\n"), "", "the browser complained of nothing");
} catch (e) {
	ok(false, "the whole flow", e.stack);
}
await browser.close();
process.exitCode = done();
