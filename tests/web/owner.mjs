/*
 * What an owner does with what is here: export it, restore it to another phone,
 * set limits and notices, and leave; in a real browser, on a whole instance.
 */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { done, equal, match, ok, step } from "./tap.mjs";
import { browser_open, go, person, register, reload_until, sim, sql } from "./service.mjs";
import { look, looked } from "./look.mjs";

const login = "owner";
const password = "correct horse battery";
const complaints = [];
const browser = await browser_open();
let shown, held; /* how many contacts there are, and of the old phone */

async function bind(page, n, name) {
	await page.goto("/phones/add");
	await page.fill("#name", name);
	if (await page.locator("#question").count()) {
		await page.fill("#question", "Name of your first pet?");
		await page.fill("#answer", "Musti");
	}
	await page.click("main form button");
	await sim(`phone ${n} bind ${(await page.textContent("#code")).trim()}`);
	await sim(`wait phone ${n} bound 60`);
}

async function download(page, selector) {
	const [d] = await Promise.all([page.waitForEvent("download"),
		page.click(selector)]);
	return { name: d.suggestedFilename(), octets: readFileSync(await d.path()) };
}

/* What the phone sent is in the vault as it was. */
async function filed(page) {
	await page.goto("/files");
	await page.click("#files li:has(b:text-is('photo.jpg')) a");
	const r = await page.request.get(await page.getAttribute("#file a.button", "href"), { maxRetries: 2 });
	equal(createHash("sha256").update(await r.body()).digest("hex"),
	    createHash("sha256").update(readFileSync(process.env.SMSVAULT_PHOTO)).digest("hex"),
	    "a photo that the phone sent comes byte for byte");
}

async function exports(page) {
	await page.goto("/export");
	await page.selectOption("#phone", { label: "Old phone" });
	await page.click("main form button");
	held = Number(await page.locator("section.card h2 .badge").first().textContent());
	await page.goto("/contacts");
	shown = await page.locator("#contacts li").count();
	await page.goto("/export");
	await look(page, "export");
	const cards = await download(page, "a[href*='format=vcard3']");
	equal(cards.name, "contacts.vcf", "contacts come as a file of vCards");
	equal(cards.octets.toString().split("BEGIN:VCARD").length - 1, shown,
	    "one for each contact");
	const xml = await download(page, "a[href*='kind=2'][href*='format=xml']");
	match(xml.octets.toString(), /<smses count="\d+">[\s\S]*<\/smses>\s*$/,
	    "messages come as a whole XML file");
	const zip = await download(page, "a[href*='all.zip']");
	ok(zip.octets.subarray(0, 2).toString() === "PK" &&
	    zip.octets.includes("index.html") && zip.octets.includes("calls.csv"),
	    "everything comes in one zip with a page that explains it");
	await page.fill("#day", "2001-01-01");
	await page.click("main form button");
	match(await page.textContent("main"), /Nothing to export yet/,
	    "as it was before the first upload there is nothing");
}

/* All that came from the phone is there, and the page says so. */
async function checked(page) {
	await page.goto("/account");
	equal(await page.locator("#checked").count(), 0, "at first the account's page says nothing of a check");
	await go(page, "a[href='/check']");
	match(await page.textContent("#verdict"), /never checked/, "and the page of the check that there was none");
	await look(page, "check-never");
	await go(page, "#check");
	const [records, files] = (await sql(`SELECT count(*), (SELECT count(*) FROM file
	    WHERE whole_at IS NOT NULL) FROM record`)).split("|");
	match(await page.textContent("#verdict"), new RegExp(`all ${records} records and ${files} files can be read`),
	    "an undamaged account is told that all of it can be read");
	equal(await page.locator("#bad, #unfinished").count(), 0, "with nothing named");
	await look(page, "check-good");
	await page.goto("/account");
	match(await page.textContent("#checked"), new RegExp(`Checked .* all ${records} records and ${files} files`),
	    "the account's page says when that was, and what came of it");
	await sql("UPDATE backup_check SET begun_at = now(), at_phone = 0, at_kind = 0, at_record = 0, at_transfer = 0, at_ordinal = 0");
	await page.goto("/check");
	match(await page.textContent("#verdict"), /more to open/, "one that is not over says so");
	await page.click("#check");
	match(await page.textContent(".note.wait"), /under way/, "and there is one at a time");
	await look(page, "check-part");
	await sql("UPDATE backup_check SET begun_at = NULL");
	await go(page, "#check");
	match(await page.textContent("#verdict"), /can be read/, "it goes on to the end");
}

/* Choose contacts, and more kinds by their fields' names, on the form. */
async function choose(page, more, from = "Old phone", to = "New phone") {
	await page.goto("/restore");
	await page.check("input[name=k1]");
	for (const kind of more)
		await page.check(`input[name=${kind}]`);
	await page.selectOption("#from", { label: from });
	await page.selectOption("#to", { label: to });
	await page.click("main form button");
}

async function priced(page, files) {
	await choose(page, files ? ["k6"] : []);
	match(await page.textContent("#sms"), /about [1-9]\d* SMS/,
	    "before a restore the page says how many SMS it takes");
	return Number(await page.textContent("#records"));
}

async function is_in_state(page, state, why) {
	equal(await page.getAttribute("[data-state]", "data-state"), state, why);
}

async function begun(page) {
	await page.goto("/restore");
	return page.locator("#restores li").count();
}

/* It runs to its end; the receipt's numbers: new, there before, failed. */
async function received(page) {
	await page.click("#start");
	await reload_until(page, "the restore's receipt",
	    async (p) => await p.locator("#receipt").count() > 0);
	return (await page.locator("#receipt dd").allTextContents()).map(Number);
}

/* All that is on it is in the vault: what is new wants to be acknowledged. */
async function uploaded(n) {
	await sim(`phone ${n} call missed +358401112233`);
	await sim(`phone ${n} upload`);
	await sim(`wait phone ${n} acked 60`);
}

/* The vault knows what the new phone has: that is not sent once more. */
async function there(page) {
	await uploaded(2);
	const before = await begun(page);
	await choose(page, []);
	equal(await page.textContent("#there"), String(held), "all is on the phone already: the page says so");
	equal(await page.locator("#start, #sms").count(), 0, "with nothing to start and to pay");
	await look(page, "restore-all-there");
	equal(await begun(page), before, "and nothing has begun");
	await choose(page, []);
	await page.click("#all");
	equal(await page.textContent("#records"), String(held), "all can be sent even so");
	match(await page.textContent("#sms"), /about [1-9]\d* SMS/, "at its price");
	await look(page, "restore-all");
	equal((await received(page))[1], held, "and the phone doubles none of it");
	await fewer(page);
}

/* One is new on the old phone, and one is not as it was on the new one. */
async function fewer(page) {
	const [, line] = /^\d+ (.+)$/m.exec(await sim("phone 1 contacts 1"));
	const [id] = (await sim("phone 2 contacts 1000")).split("\n")
	    .find((l) => l.endsWith(` ${line}`)).split(" ");
	await sim("phone 1 contact add \"Only Here\" +358405550001");
	await sim(`phone 2 contact edit ${id} "Not The Same" +358405550002`);
	await uploaded(1);
	await uploaded(2);
	await choose(page, []);
	match(await page.textContent("#there"), new RegExp(`^${held - 1} of ${held + 1} are on the phone already`),
	    "some are on the phone already: the page says how many of how many");
	equal(await page.textContent("#records"), "2", "and counts what is sent");
	await look(page, "restore-some-there");
	const [fresh, present] = await received(page);
	equal([fresh, present].join(), "2,0", "only what the phone lacks is sent, and all of that is new there");
	equal(await page.locator("#verdict.good").count(), 1, "by its receipt the phone has all that was sent");
	match(await page.textContent("#live dl"), new RegExp(`${held - 1} there already`),
	    "the restore keeps how many were there");
	match(await sim("phone 2 contacts 1000"), /Only Here/, "what was new is on the phone");
}

/* All of it goes, and the phone says what has become of it. */
async function restored(page) {
	equal(await priced(page, false), held, "and how many records");
	await look(page, "restore-price");
	const [fresh, present, failed] = await received(page);
	await is_in_state(page, "done", "the phone's receipt ends a restore");
	equal(fresh + present, held, "by its receipt all that was sent is on the phone");
	equal(failed, 0, "and none of it failed");
	equal(await page.locator("#verdict.good").count(), 1, "the digests are the same");
	await look(page, "restore-done");
}

/*
 * More SMS than may be under way at once, to a phone out of coverage: it is
 * not over before it is paused.
 */
async function paused(page) {
	await sim("phone 2 coverage off");
	await priced(page, true);
	const [, all] = /of (\d+) are/.exec(await page.textContent("#there"));
	ok(Number(all) > held + 1, "files come on top", all);
	await page.click("#start");
	await is_in_state(page, "running", "a restore runs");
	await page.click("button[value=paused]");
	await is_in_state(page, "paused", "a restore is paused");
	await look(page, "restore-show");
	await sim("phone 2 coverage on");
	await sim("wait smsc empty 60");
	await uploaded(2);
	await page.reload();
	await is_in_state(page, "paused", "it stays so, though the phone is there");
	equal(await page.locator("#receipt").count(), 0, "and is not over");
	await page.click("button[value=running]");
	await is_in_state(page, "running", "a restore is resumed");
	await page.click("button[value=cancelled]");
	await is_in_state(page, "cancelled", "and cancelled while it runs");
}

async function cancelled(page) {
	await sim("phone 2 coverage off");
	await priced(page, true);
	await page.click("#start");
	await is_in_state(page, "running", "another one runs");
	await page.click("button[value=cancelled]");
	await is_in_state(page, "cancelled", "a restore is cancelled");
	await sim("phone 2 coverage on");
	await sim("wait smsc empty 60");
	await page.reload();
	equal(await page.locator("button[value=running]").count(), 0, "and cannot be resumed");
	const [value, max] = await Promise.all(["value", "max"].map((a) =>
	    page.getAttribute("#progress", a)));
	ok(Number(value) < Number(max), "cancelled: the page says that not all of it has arrived", `${value} of ${max}`);
}

async function picked(page) {
	await page.goto("/restore/pick");
	await look(page, "restore-pick");
	await page.check("#picks li:nth-child(1) input");
	await page.check("#picks li:nth-child(2) input");
	await page.selectOption("#to", { label: "New phone" });
	await page.click(".picks button");
	equal(await page.textContent("#there"), "2", "single records can be picked: these are there");
	await page.click("#all");
	equal(await page.textContent("#records"), "2", "and can be sent even so");
}

async function pick_file(page) {
	await page.goto("/restore/pick?kind=6");
	await page.click("form.card button");
	await page.check("#picks li:has-text('small.txt') input");
	await page.selectOption("#to", { label: "New phone" });
	await page.click(".picks button");
}

/* A file that is there is left out with its octets. */
async function picked_file(page) {
	await sim(`phone 1 file add ${process.env.SMSVAULT_SMALL}`);
	await uploaded(1);
	await pick_file(page);
	equal(await page.textContent("#records"), "1", "a file is picked");
	equal((await received(page))[0], 1, "and is new on the phone");
	await uploaded(2);
	await pick_file(page);
	equal(await page.textContent("#there"), "1", "the same file is not sent twice");
	await page.click("#all");
	equal(await page.textContent("#records"), "1", "but where that is wanted");
}

/* The new phone has it all before the old one is replaced. */
async function replaced(page) {
	await page.goto("/restore/replace");
	for (const kind of ["k2", "k3", "k4", "k5", "k6"])
		await page.uncheck(`input[name=${kind}]`);
	await page.selectOption("#from", { label: "Old phone" });
	await page.selectOption("#to", { label: "New phone" });
	await page.click("main form button");
	await go(page, "#all-there a[href^='/phone?']");
	match(await page.textContent("h1"), /Old phone/, "nothing to send to the new phone: the old one can be unbound");
}

/* What is its own. */
async function itself(page) {
	await choose(page, [], "Old phone", "Old phone");
	equal(await page.textContent("#there"), String(held + 1), "a phone has all that is its own");
}

async function restore(page) {
	await page.goto("/restore");
	await look(page, "restore");
	await page.uncheck("input[name=k1]");
	await page.click("main form button");
	match(await page.textContent("#kinds-wrong"), /at least one/,
	    "nothing chosen: the field says so");
	await look(page, "restore-error");
	await restored(page);
	await there(page);
	await uploaded(2);
	await picked(page);
	await picked_file(page);
	await replaced(page);
	await itself(page);
	await paused(page);
	await cancelled(page);
	await page.goto("/restore/replace");
	await look(page, "replace");
	await page.goto("/restore");
	await look(page, "restores");
}

async function budget(page) {
	await page.goto("/budget");
	ok(await page.locator("#purposes tbody tr").count() === 4, "the bill is by purpose");
	await page.fill("#max-day", "many");
	await page.click("#limits button");
	equal(await page.getAttribute("#max-day", "aria-invalid"), "true",
	    "a limit that is no number: its field says so");
	await look(page, "budget-error");
	await page.fill("#max-day", "77");
	await page.fill("#price", "0,125");
	await page.click("#limits button");
	equal(await page.inputValue("#max-day"), "77", "a limit is kept");
	equal(await page.inputValue("#price"), "0.125", "and a price");
	await look(page, "budget");
}

async function notices(page) {
	await page.goto("/notices");
	await page.fill("#mail", "aino@example");
	await page.click("#address button[value=send]");
	equal(await page.getAttribute("#mail", "aria-invalid"), "true",
	    "an address that is none is refused");
	await page.fill("#mail", "aino@example.org");
	await page.click("#address button[value=send]");
	match(await page.textContent("#confirm"), /aino@example\.org/,
	    "an address waits for its code");
	await page.fill("#code", "x");
	await page.click("#confirm button");
	equal(await page.getAttribute("#code", "aria-invalid"), "true",
	    "a wrong code does not confirm it");
	await look(page, "notices-error");
	await page.fill("#trusted", "0401234567");
	await page.click("#number button");
	equal(await page.getAttribute("#trusted", "aria-invalid"), "true",
	    "a trusted number without a country is refused");
	await page.fill("#trusted", "+358 40 123-4567");
	await page.click("#number button");
	match(await page.textContent("#trusted-state"), /on its way by SMS to \+358401234567/,
	    "with one a code goes there");
	await look(page, "notices-trusted");
	for (let i = 0; i < 5; i++) {
		await page.fill("#sms-code", "x");
		await page.click("#sms-confirm button");
	}
	match(await page.textContent("#trusted-state"), /five wrong codes/i,
	    "after five wrong codes the page asks for another");
	await page.click("#sms-again button[value=again]");
	equal(await page.getAttribute("#trusted-state", "data-state"), "waits",
	    "which is sent");
	await page.click("#sms-again button[value=again]");
	await page.click("#sms-again button[value=again]");
	match(await page.textContent("#sms-wrong, #sms-code-wrong"), /three codes a day/i,
	    "three a day at most");
	await page.click("#sms-again button[value=forget]");
	equal(await page.$("#trusted-state"), null, "and the number can be forgotten");
	await page.uncheck("input[name='mail-phone-bound']");
	await page.click("#topics button");
	equal(await page.isChecked("input[name='mail-phone-bound']"), false,
	    "what one is told of is a choice");
	equal(await page.isChecked("input[name='sms-sim-changed']"), true,
	    "with sensible defaults");
	await look(page, "notices");
}

async function account(page) {
	await page.goto("/account");
	await look(page, "account");
	await page.goto("/account/settings");
	await page.fill("#zone", "Europe/Nowhere");
	await page.click("main form button");
	equal(await page.getAttribute("#zone", "aria-invalid"), "true",
	    "a time zone that is none is refused");
	await page.fill("#zone", "Europe/Helsinki");
	await page.click("main form button");
	equal(await page.inputValue("#zone"), "Europe/Helsinki", "one that is, is kept");
	await look(page, "settings");
	await page.goto("/account/recovery");
	await page.fill("#old", "wrong password");
	await page.click("main form button");
	equal(await page.getAttribute("#old", "aria-invalid"), "true",
	    "a new recovery code needs the password");
	await page.fill("#old", password);
	await page.click("main form button");
	match(await page.textContent("#recovery"), /^([0-9A-Z]{5}-){4}[0-9A-Z]{5}$/,
	    "with it there is a new one");
	const code = await page.textContent("#recovery");
	await page.goto("/account/sessions");
	equal(await page.locator("#sessions li").count(), 1, "this browser is listed");
	await look(page, "sessions");
	await page.goto("/account/delete");
	await page.fill("#confirm", "someone");
	await page.fill("#old", password);
	await page.click("main form button");
	equal(await page.getAttribute("#confirm", "aria-invalid"), "true",
	    "deleting wants the login name typed");
	await look(page, "delete");
	await page.fill("#confirm", login);
	await page.fill("#old", password);
	await page.click("main form button");
	match(await page.textContent(".note.bad"), /will be deleted/, "it has days of grace");
	await look(page, "account-leaving");
	await page.click("#keep");
	equal(await page.locator("#keep").count(), 0, "and can be kept");
	return code;
}

async function recovered(code) {
	const page = await person(browser, { javaScriptEnabled: false }, complaints);
	await page.goto("/recover");
	await page.fill("#login", login);
	await page.fill("#code", code);
	await page.fill("#password", password + " new");
	await page.fill("#password2", password + " new");
	await go(page, "main form button");
	await page.goto("/contacts");
	/* By now the other phone has its own, too. */
	ok(await page.locator("#contacts li").count() >= shown,
	    "the new recovery code opens the vault, without JavaScript");
	return page;
}

async function chinese(page) {
	await page.goto("/account/settings");
	await page.selectOption("#language", "zh");
	await page.click("main form button");
	for (const path of ["/export", "/check", "/restore", "/restore/pick", "/restore/replace",
		"/budget", "/notices", "/account", "/account/settings", "/account/recovery",
		"/account/sessions", "/account/delete", "/events"]) {
		await page.goto(path);
		await look(page, path.slice(1).replace("/", "-"));
	}
	await choose(page, []);
	match(await page.textContent("#all-there"), new RegExp(`${held + 1}`),
	    "in Chinese too: all is on the phone already");
	await look(page, "restore-all-there");
	await page.click("#all");
	await look(page, "restore-all");
	await choose(page, ["k2"]);
	match(await page.textContent("#there"), new RegExp(`^${held + 1} / \\d+ 条已在手机上`),
	    "or some, and how many");
	await look(page, "restore-some-there");
}

try {
	let page = await person(browser, { acceptDownloads: true }, complaints);
	await register(page, login, password);
	await page.goto("/restore");
	await look(page, "restore-empty");
	await bind(page, 1, "Old phone");
	await bind(page, 2, "New phone");
	/* A file of more SMS than may be under way at once. */
	await sim(`phone 1 file add ${process.env.SMSVAULT_PHOTO}`);
	await sim("phone 1 upload");
	await step("the first phone's upload arrives", () => sim("wait phone 1 acked 60"));
	await filed(page);
	await exports(page);
	await checked(page);
	await restore(page);
	await budget(page);
	await notices(page);
	const code = await account(page);
	page = await recovered(code);
	await chinese(await person(browser, { storageState: await page.context().storageState() },
	    complaints));
	looked(120);
	equal(complaints.join("\n"), "", "the browser complained of nothing");
} catch (e) {
	ok(false, "the whole flow", e.stack);
}
await browser.close();
process.exitCode = done();
