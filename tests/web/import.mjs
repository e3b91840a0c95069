/*
 * What one account exports, another imports and exports again: equal, but for
 * the names that records have here.  A second time adds nothing.
 */
import { done, equal, match, ok } from "./tap.mjs";
import { browser_open, go, person } from "./service.mjs";
import { look, looked } from "./look.mjs";
import { operator } from "./operator.mjs";

const password = "correct horse battery";
const complaints = [];
const browser = await browser_open();

async function exported(page, kind, format) {
	const r = await page.request.get(`/export/file?kind=${kind}&format=${format}`, { maxRetries: 2 });
	ok(r.ok(), `kind ${kind} is exported as ${format}`);
	return await r.body();
}

async function choose(page, name, octets) {
	await page.goto("/import");
	await page.setInputFiles("#file", { name, mimeType: "application/octet-stream",
		buffer: Buffer.from(octets) });
	await page.click("main form button");
}

/* A row of the preview: in the file, new. */
const counts = async (page) => (await page.locator("#counts tbody td").allTextContents()).map(Number);

async function bring(page, name, octets) {
	await choose(page, name, octets);
	const [all, fresh] = await counts(page);
	equal(fresh, all, `${name}: all of it is new`);
	ok(all > 0, "and there is something");
	equal(await page.locator("#bad").count(), 0, "and all can be read");
	await page.click("#import");
	match(await page.textContent("main"), /It is in your vault now/, "it is imported");
	await choose(page, name, octets);
	equal((await counts(page))[1], 0, "a second time nothing is new");
	equal(await page.locator("#import").count(), 0, "and nothing can be added");
	return all;
}

/* Without what names a record in this vault, and which phone it was. */
const bare = (octets) => octets.toString().replace(/smsvault-\d+(-\d+)?-\d+/g, "UID")
    .replace(/^\d+,\d+,/gm, "PHONE,ID,");

const files = [
	[1, "vcard3", "contacts.vcf"], [1, "csv", "contacts.csv"],
	[2, "xml", "messages.xml"], [3, "xml", "calls.xml"],
	[4, "ics", "calendar.ics"], [5, "csv", "notes.csv"],
];

async function round_trip() {
	const from = await person(browser, {}, complaints);
	await from.goto("/sign-in");
	await from.fill("#login", "first");
	await from.fill("#password", password);
	await from.click("main form button");
	const to = await person(browser, {}, complaints);
	await to.goto("/register");
	for (const [field, value] of [["login", "second"], ["password", password],
		["password2", password]])
		await to.fill(`#${field}`, value);
	await to.click("main form button");
	await to.click("main a.button");
	const had = {};
	for (const [kind, format, name] of files) {
		const octets = await exported(from, kind, format);
		had[name] = octets;
		if (name === "contacts.csv") {
			await choose(to, name, octets);
			equal((await counts(to))[1], 0, "another format of the same is not new either");
		} else {
			await bring(to, name, octets);
		}
	}
	for (const [kind, format, name] of files)
		if (name !== "contacts.csv" && name !== "messages.xml")
			equal(bare(await exported(to, kind, format)), bare(had[name]),
			    `${name}: exported again it is equal`);
	/* The message with a picture is the one with a subject: pictures() is about
	 * those.  The others are equal. */
	const texts = (octets) => octets.toString().split("\n").filter((l) => /^\s*<sms .* subject="null"/.test(l))
	    .join("\n").replace(/ contact_name="[^"]*"/g, "");
	equal(texts(await exported(to, 2, "xml")), texts(had["messages.xml"]),
	    "messages.xml: every text is as it was");
	ok(texts(had["messages.xml"]).split("\n").length > 15, "and there are many");
	await choose(from, "contacts.vcf", had["contacts.vcf"]);
	equal((await counts(from))[1], 0, "what came from here is not new here");
	return to;
}

/* A picture of one dot, in a message and of a contact. */
const png = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

async function pictures(page) {
	await choose(page, "mms.xml", "<?xml version='1.0' encoding='UTF-8'?><smses count=\"1\">" +
	    "<mms date=\"1700000000000\" msg_box=\"1\" address=\"+358405557788\"><parts>" +
	    `<part ct="image/png" cl="dot.png" data="${png}"/>` +
	    "<part ct=\"text/plain\" text=\"Look at that\"/></parts></mms></smses>");
	equal((await counts(page)).join(), "1,1,1,1", "a message, and its picture as a file");
	await go(page, "#import");
	await page.goto("/conversation?peer=%2B358405557788");
	const src = await page.getAttribute(".bubble img", "src");
	equal((await (await page.request.get(src, { maxRetries: 2 })).body()).toString("base64"), png,
	    "the picture is in the conversation, octet for octet");
	equal(await page.evaluate(async () => {
		const i = document.querySelector(".bubble img");
		i.loading = "eager";
		await i.decode();
		return i.naturalWidth;
	}), 1, "and is seen");
	await choose(page, "photo.vcf", "BEGIN:VCARD\nVERSION:3.0\nFN:Dotty\n" +
	    `PHOTO;ENCODING=b;TYPE=PNG:${png}\nEND:VCARD\n`);
	await go(page, "#import");
	await page.goto("/files");
	match(await page.textContent("main"), /Dotty\.png/, "a contact's picture is a file of his name");
}

async function odd_files(page) {
	await page.goto("/import");
	await look(page, "import");
	await choose(page, "photo.jpg", Buffer.from([0xff, 0xd8, 0xff, 0xe0, 0, 16]));
	match(await page.textContent("#file-wrong"), /none of the formats/, "a picture is no such file");
	await look(page, "import-error");
	await choose(page, "big.vcf", Buffer.alloc(4 * 1024 * 1024 + 1, 65));
	match(await page.textContent("#file-wrong"), /at most 4 MB/, "a file has its limit");
	await choose(page, "some.vcf", "BEGIN:VCARD\nFN:Nobody <b>\nTEL:1\nEND:VCARD\n" +
	    "BEGIN:VCARD\nFN:Twin\nTEL:2\nEND:VCARD\nBEGIN:VCARD\nFN:Twin\nTEL:2\nEND:VCARD\n" +
	    "BEGIN:VCARD\nFN:cut");
	equal((await counts(page)).join(), "3,3", "one that is there twice counts twice");
	match(await page.textContent("#bad"), / 1$/, "what cannot be read is said");
	await look(page, "import-preview");
	await page.click("#import");
	await look(page, "import-done");
	await page.goto("/contacts");
	equal(await page.locator("#contacts b:text-is('Twin')").count(), 2, "and is there twice");
	await page.goto("/phones");
	match(await page.textContent("main"), /Imported/, "what was imported has a place of its own");
	await look(page, "import-phones");
	await page.click("main a:has-text('Imported')");
	ok(!/Policy|Last heard|SMS/.test(await page.textContent("main")),
	    "where nothing is said that only a phone has", await page.textContent("main"));
	await look(page, "import-phone");
	await page.goto("/account/settings");
	await page.selectOption("#language", "zh");
	await go(page, "main form button");
	await page.goto("/import");
	await look(page, "import");
}

try {
	const page = await round_trip();
	await pictures(page);
	await odd_files(page);
	await operator(browser, "first", password, complaints);
	looked(102);
	equal(complaints.join("\n"), "", "the browser complained of nothing");
} catch (e) {
	ok(false, "the whole flow", e.stack);
}
await browser.close();
process.exitCode = done();
