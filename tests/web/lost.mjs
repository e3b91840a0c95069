/*
 * A phone that is lost: lost mode ordered and confirmed, what is reported
 * meanwhile, the evidence as a timeline, as files and on paper, codes by text,
 * erasing; in a real browser, on a whole instance.
 */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { done, equal, match, ok, step } from "./tap.mjs";
import { browser_open, person, register, reload_until, sim } from "./service.mjs";
import { look, looked } from "./look.mjs";

const login = "loser";
const password = "correct horse battery";
const complaints = [];
const browser = await browser_open();

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
	await sim(`phone ${n} upload`);
	await sim(`wait phone ${n} acked 60`);
}

/* The path of a page of the phone of that name. */
async function of_phone(page, name) {
	await page.goto("/phones");
	const href = await page.getAttribute(`article h2 a:text-is("${name}")`, "href");
	return (what) => href.replace("/phone?", `/phone/${what}?`);
}

const stand = (page) => page.getAttribute("#live", "data-stand");
const cells = (page, row) => page.locator(`#orders tbody tr:nth-child(${row}) td`)
    .allTextContents();

async function lost_mode(page, at) {
	await page.goto(at("lost"));
	equal(await stand(page), "off", "at first it is not lost");
	await look(page, "lost-off");
	await page.fill("#text", "字".repeat(27));
	await page.click("#order");
	equal(await page.getAttribute("#text", "aria-invalid"), "true",
	    "a text that no SMS holds is refused, and nothing is ordered");
	equal(await stand(page), "off", "it is still not lost");
	await look(page, "lost-error");
	await page.fill("#text", "Call +358 40 555 1234, reward <1>");
	await page.check("input[name=ring]");
	await page.selectOption("#locate", "5");
	/* Switched off: what is ordered is not yet what is in force. */
	await sim("phone 1 power off");
	await page.click("#order");
	equal(await stand(page), "ordered", "ordered is not confirmed");
	equal((await cells(page, 1)).join(), "yes,no", "the page says both, side by side");
	equal((await cells(page, 5)).join("|"), "Call +358 40 555 1234, reward <1>|–",
	    "with the text to show, which is no markup");
	await look(page, "lost-ordered");
	await sim("phone 1 power on");
	await sim("wait phone 1 lost 60");
	match(await sim("phone 1 lost"), /ring yes, screen locked yes, located every 5 min/,
	    "the phone got it as it was ordered");
	await page.waitForSelector("#live[data-stand=on]");
	equal((await cells(page, 1)).join(), "yes,yes",
	    "the page shows by itself that the phone has confirmed it");
	equal((await cells(page, 4)).join(), "every 5 min,every 5 min", "all of it");
	await page.reload();
	await look(page, "lost-on");
	await page.uncheck("input[name=ring]");
	await page.click("#order");
	await reload_until(page, "the change is confirmed", async (p) =>
	    await stand(p) === "on" && (await cells(p, 3)).join() === "no,no");
	match(await sim("phone 1 lost"), /ring no/, "a change is ordered the same way");
}

/* What a thief does. */
async function stolen() {
	await sim("phone 1 sim change +358449998877");
	await sim("phone 1 call out +358501112233 45");
	await sim("phone 1 text-in +358501112233 \"Where are you? <b>\"");
	await sim("phone 1 contact delete 3");
}

async function download(page, selector) {
	const [d] = await Promise.all([page.waitForEvent("download"), page.click(selector)]);
	return readFileSync(await d.path());
}

const digest = (octets) => createHash("sha256").update(octets).digest("hex");

async function evidence(page, at) {
	await page.goto(at("evidence"));
	for (const what of ["Report of another SIM", "Where are you", "Contact · Deleted"])
		await reload_until(page, `"${what}" is reported`, async (p) =>
		    (await p.textContent("main")).includes(what));
	await page.goto(at("evidence")); /* the files' addresses reach that far */
	const text = await page.textContent("#timeline");
	match(text, /Report of another SIM/, "the thief's SIM is in the timeline");
	match(text, /\+358449998877/, "with the number that the SMS came from");
	ok(await page.locator("#timeline [data-kind=call]").count() >= 1, "the thief's call is in the timeline");
	match(text, /Contact · Deleted/, "a contact that was deleted is there");
	ok(await page.locator("#timeline [data-kind=location]").count() >= 1, "a place where the phone was is in the timeline");
	match(text, /Where are you\? <b>/, "the message is text, not markup");
	const ids = (await page.locator("#timeline .entry h2 small").allTextContents())
	    .map((t) => Number(t.slice(1)));
	ok(ids.every((v, i) => i === 0 || v < ids[i - 1]), "the newest is first", ids);
	await look(page, "evidence");
	/* The timeline goes on by itself; a file ends where its address says. */
	const upto = Number((await page.getAttribute("#file-csv", "href")).match(/upto=(\d+)/)[1]);
	const csv = await download(page, "#file-csv");
	const json = await download(page, "#file-json");
	match(csv.toString(), /^\ufeffentry,event,phone-time,smsc-time,gateway-time,number/,
	    "a table says what its columns are");
	match(csv.toString(), /"message","\d+","put","[^\r\n]*Where are you\? <b>/,
	    "the message to the thief is in the table that is exported");
	const list = JSON.parse(json.toString());
	equal(list.length, ids.filter((v) => v <= upto).length,
	    "JSON has every entry");
	ok(list.every((e) => e["gateway-time"] && e.event), "each with its time");
	ok(list.some((e) => e.records.some((r) => r.kind === "call" && r.peer[0] ===
	    "+358501112233")), "and what was in it");
	await page.click("a.button:text-is('Report to print')");
	equal(await page.textContent("#digest-csv"), digest(csv),
	    "the report to print names the digest of the table");
	equal(await page.textContent("#digest-json"), digest(json), "and of the JSON");
	await look(page, "evidence-print");
	await page.emulateMedia({ media: "print" });
	equal(await page.locator("header").isVisible(), false, "on paper there is no menu");
	await page.emulateMedia({ media: null });
	/* More comes: what was exported before stays what it was. */
	await sim("phone 1 call in +358501112233 5");
	await page.goto(at("evidence"));
	await reload_until(page, "one more report", async (p) =>
	    await p.locator("#timeline .entry").count() > list.length);
	const r = await page.request.get(`${at("evidence/file")}&upto=${upto}&format=csv`, { maxRetries: 2 });
	equal(digest(await r.body()), digest(csv), "a file made again is the same, octet by octet");
}

async function found(page, at) {
	await page.goto(at("lost"));
	await page.click("#found");
	await sim("wait phone 1 found 60");
	/* It would say so within half a minute; with something new, at once. */
	await sim("phone 1 call missed +358501112233");
	await sim("phone 1 upload");
	await page.waitForSelector("#live[data-stand=off]");
	equal((await cells(page, 1)).join(), "no,no", "found: lost mode is off on the phone too");
	await look(page, "lost-found");
	await sim("phone 1 policy contact manual");
	equal(await page.locator("#found").count(), 0, "and there is nothing more to find");
}

async function codes(page) {
	await page.goto("/codes");
	await page.fill("#old", "not the password");
	await page.click("main form.card button");
	equal(await page.getAttribute("#old", "aria-invalid"), "true",
	    "codes need the password");
	await look(page, "codes-error");
	await page.fill("#old", password);
	await page.click("main form.card button");
	const list = await page.locator("#new-codes code").allTextContents();
	equal(list.length, 10, "there are ten codes");
	equal(new Set(list).size, 10, "each another");
	ok(list.every((c) => /^([0-9A-HJKMNP-TV-Z]{4}-){3}[0-9A-HJKMNP-TV-Z]{4}$/.test(c)),
	    "of sixteen letters that are read aloud well", list);
	await look(page, "codes-new");
	await page.goto("/codes");
	equal(await page.locator("#codes .state.good").count(), 10, "the page lists them as unused");
	equal((await page.locator("#codes b").allTextContents()).sort().join(),
	    list.map((c) => `${c.slice(0, 4)}-…`).sort().join(), "by their beginnings alone");
	match(await page.textContent("main"), new RegExp(`${list[0].slice(0, 4)}-…`), "none in full");
	ok(!(await page.content()).includes(list[0]), "and a code is never shown again");
	await look(page, "codes");
	return list;
}

async function revoke(page) {
	await page.goto("/codes");
	await page.click("#revoke");
	equal(await page.locator("#codes .state.good").count(), 0, "all can be made void");
}

async function wipe(page, at) {
	await page.goto(at("wipe"));
	await look(page, "wipe-none");
	await sim("phone 1 power off");
	await page.click("#prepare");
	equal(await page.getAttribute("#live", "data-wipe"), "1", "the phone is asked to prepare");
	await look(page, "wipe-asked");
	await page.click("#cancel");
	equal(await page.getAttribute("#live", "data-wipe"), "0", "it can be taken back");
	await sim("phone 1 power on");
	await page.click("#prepare");
	await page.waitForSelector("#live[data-wipe='2']");
	await page.waitForSelector("#old");
	ok(true, "once it has answered, the page asks for the password by itself");
	await page.fill("#old", "not the password");
	await page.click("#go");
	equal(await page.getAttribute("#old", "aria-invalid"), "true",
	    "without it nothing is erased");
	equal(await page.getAttribute("#live", "data-wipe"), "2", "nor ordered");
	await look(page, "wipe-ready");
	ok((await sim("phone 1 contacts 100")).split("\n").length > 5, "everything is still there");
	await page.fill("#old", password);
	await page.click("#go");
	await page.waitForSelector("#live[data-wipe='4']");
	await look(page, "wipe-begun");
	await reload_until(page, "the phone is empty", async () =>
	    !/\+\d/.test(await sim("phone 1 contacts 100")));
	ok(true, "with it the phone erases itself");
	await page.goto("/contacts");
	ok(await page.locator("#contacts li").count() > 5, "what is in the vault stays");
}

/* A text from any handset to the service's number. */
async function by_text(page, list) {
	await page.goto("/contacts");
	const name = await page.textContent("#contacts li:first-child b");
	const number = await page.textContent("#contacts li:first-child small");
	await sim(`sms +358457770000 +358401000000 "find ${list[3].toLowerCase()} ${name}"`);
	await sim("wait handset +358457770000 1 60");
	const digits = (t) => t.replace(/\D/g, "").slice(-9);
	ok(digits(await sim("sms +358457770000")).length === 9 &&
	    (await sim("sms +358457770000")).replace(/[^0-9+]/g, "").includes(digits(number)),
	    "a code from the page, sent from any phone, finds a contact's number");
	await page.goto("/codes");
	await reload_until(page, "the code is used", async (p) =>
	    await p.locator("#codes .state.good").count() === 9);
	const used = page.locator("#codes li", { hasText: `${list[3].slice(0, 4)}-…` });
	match(await used.textContent(), /Used/, "it is used now, and no other is");
	match(await used.textContent(), /\+358457770000/, "with the number that used it");
	await look(page, "codes-used");
}

/* ---- contacts written on the page ---- */

async function fill_contact(page, fields) {
	for (const [field, value] of Object.entries(fields)) {
		if (field.includes("type"))
			await page.selectOption(`#${field}`, value);
		else
			await page.fill(`#${field}`, value);
	}
	await page.click("#edit button[value=price]");
}

/* Send what was priced, and wait for the phone's receipt. */
async function send(page, n) {
	match(await page.textContent("#sms"), /about [1-9]\d* SMS/, "the price is said first");
	await page.click("#send");
	match(await page.textContent("h1"), /This page → Spare phone/, "it goes from the page to the phone");
	await page.waitForTimeout(3000);
	for (let i = 0; i < 20 && await page.getAttribute("[data-state]", "data-state") !== "done"; i++) {
		await sim(`phone ${n} upload`);
		await page.waitForTimeout(1500);
		await page.reload();
	}
	equal(await page.getAttribute("[data-state]", "data-state"), "done", "the phone has it");
	match(await page.textContent("#verdict"), /Everything/, "and its receipt says so");
}

async function contact_of(page, name) {
	await page.goto("/contacts");
	await reload_until(page, `${name} is in the vault`, async (p) =>
	    await p.locator("#contacts li", { hasText: name }).count() === 1);
	await page.click(`#contacts li:has(b:text-is("${name}")) a`);
}

async function contacts(page) {
	const name = "Zacharias Ω <b>";

	await page.goto("/contacts");
	await page.click("a.button:text-is('New contact')");
	await page.selectOption("#phone", { label: "Spare phone" });
	await fill_contact(page, { name: " " });
	match(await page.textContent("#name-wrong"), /Give a name/, "a contact without anything is none");
	await fill_contact(page, { name, number1: "call me" });
	match(await page.textContent("#number1-wrong"), /digits/, "letters are no number");
	equal(await page.inputValue("#name"), name, "what was typed stays");
	await look(page, "contact-error");
	await page.selectOption("#phone", { label: "Spare phone" });
	await fill_contact(page, { name, number1: "+358 40 777 0001", "number-type1": "3",
		number2: "+358 40 777 0002", email1: "zacharias@example.org",
		birthday: "--05-03", note: "Two lines:\n& the second" });
	match(await page.textContent("#change"), /\+358 40 777 0001, \+358 40 777 0002/,
	    "the page shows what will be there");
	await look(page, "contact-price");
	await send(page, 2);
	await look(page, "contact-sent");
	match(await sim("phone 2 contacts 100"), /Zacharias Ω <b>/, "a contact written on the page is on the phone");
	await contact_of(page, name);
	match(await page.textContent("main"), /zacharias@example\.org/, "and in the vault");
	await look(page, "contact");
	await page.click("#change");
	equal(await page.inputValue("#number2"), "+358 40 777 0002", "it can be changed");
	equal(await page.inputValue("#note"), "Two lines:\n& the second", "from what it is");
	equal(await page.inputValue("#number-type1"), "3", "in every field");
	await page.click("#edit button[value=price]");
	match(await page.textContent(".note.bad"), /Nothing is changed/, "no change costs nothing");
	await fill_contact(page, { number1: "", org: "Ω Ltd" });
	equal((await page.locator("#change del").first().textContent()),
	    "+358 40 777 0001, +358 40 777 0002", "what goes is struck out");
	await send(page, 2);
	match(await sim("phone 2 contacts 100"), /Zacharias Ω <b>.*0002/, "a contact changed on the page is changed on the phone");
	ok(!/777 ?0001/.test(await sim("phone 2 contacts 100")), "and not what was taken away");
	await contact_of(page, name);
	await reload_until(page, "the change is in the vault", async (p) =>
	    /Ω Ltd/.test(await p.textContent("main")));
	await page.click("#change");
	await look(page, "contact-edit");
	/* Meanwhile somebody changes it on the phone. */
	const id = new URL(page.url()).searchParams.get("id");
	await sim(`phone 2 contact edit ${id} "${name}" +358407770003`);
	await sim("phone 2 upload");
	const other = await page.context().newPage();
	await contact_of(other, name);
	await reload_until(other, "the phone's change", async (p) =>
	    /0003/.test(await p.textContent("main")));
	await other.close();
	await fill_contact(page, { org: "Late Ltd" });
	match(await page.textContent(".note.bad"), /newer version/,
	    "a change of what is no longer so is not sent");
	await contact_of(page, name);
	await page.click("#change");
	await page.click("#delete");
	match(await page.textContent("#change"), /A deleted contact/, "it can be deleted");
	await look(page, "contact-delete");
	await send(page, 2);
	ok(!/Zacharias/.test(await sim("phone 2 contacts 100")), "a contact deleted on the page is gone from the phone");
	await page.goto("/contacts");
	await reload_until(page, "and from the list", async (p) =>
	    await p.locator("#contacts li", { hasText: name }).count() === 0);
	await page.goto("/deleted");
	match(await page.textContent("main"), /Zacharias/, "but not from the vault");
	await undeleted(page, name);
}

async function undeleted(page, name) {
	await page.click(`#deleted li:has-text("${name}") form button`);
	match(await page.textContent("#sms"), /about [1-9]\d* SMS/,
	    "to undo a deletion has its price first");
	await page.click("#start");
	await reload_until(page, "the receipt", (p) => p.locator("#receipt").count());
	match(await sim("phone 2 contacts 100"), /Zacharias Ω <b>.*0003/,
	    "a deletion that is undone: the contact is on the phone again");
	await sim("phone 2 upload");
	await page.goto("/contacts");
	await step("and in the list", () => reload_until(page, "the contact", async (p) =>
	    await p.locator("#contacts li", { hasText: name }).count() === 1));
}

async function chinese(page, at) {
	await page.goto("/account/settings");
	await page.selectOption("#language", "zh");
	await page.click("main form button");
	for (const path of [at("lost"), at("evidence"), at("evidence/print"), at("wipe"), "/codes",
		"/contact/edit"]) {
		await page.goto(path);
		await look(page, path.split("?")[0].slice(1).replaceAll("/", "-"));
	}
}

try {
	const page = await person(browser, { acceptDownloads: true }, complaints);
	await register(page, login, password);
	await bind(page, 1, "Aino's phone");
	const at = await of_phone(page, "Aino's phone");
	await page.goto(at("evidence"));
	match(await page.textContent("main"), /No evidence/, "nothing is kept of one that is not lost");
	await look(page, "evidence-none");
	await lost_mode(page, at);
	await stolen();
	await evidence(page, at);
	await found(page, at);
	await by_text(page, await codes(page));
	await revoke(page);
	await wipe(page, at);
	await bind(page, 2, "Spare phone");
	await contacts(page);
	await chinese(page, at);
	looked(60);
	equal(complaints.join("\n"), "", "the browser complained of nothing");
} catch (e) {
	ok(false, "the whole flow", e.stack);
}
await browser.close();
process.exitCode = done();
