/*
 * Browsing a vault that has everything: calendar, notes, files, MMS, search,
 * history.  The instance was filled by tests/whole/fill.
 */
import { createHash } from "node:crypto";
import { done, equal, match, ok, step } from "./tap.mjs";
import { browser_open, go, person, reload_until, sim, sql } from "./service.mjs";
import { look, looked } from "./look.mjs";

const complaints = [];
const browser = await browser_open();
const day = (n) => new Date(Date.now() - n * 86400000).toISOString().slice(0, 10);

async function sign_in(page) {
	await page.goto("/sign-in");
	await page.fill("#login", process.env.SMSVAULT_LOGIN);
	await page.fill("#password", process.env.SMSVAULT_PASSWORD);
	await page.click("main form button");
}

async function calendar_and_notes(page) {
	await page.goto("/calendar");
	equal(await page.locator("#month tbody td").count(), 42, "the calendar has six weeks");
	ok(await page.locator("#month td a[title='Choir practice']").count() >= 2,
	    "an event that repeats is on each of its days");
	await look(page, "calendar");
	await page.goto("/calendar?view=list");
	match(await page.textContent("main"), /与王老师见面/, "what is to come is listed");
	await look(page, "calendar-list");
	await page.goto("/notes");
	await look(page, "notes");
	await page.click("#notes a");
	match(await page.textContent(".prose"), /Rye bread/, "a note is shown whole");
	await look(page, "note");
}

/* What the link of a file's page gives. */
async function octets(page, name) {
	await page.goto("/files");
	await page.click(`#files li:has(b:text-is('${name}')) a`);
	const href = await page.getAttribute("#file a.button", "href");
	return page.request.get(href, { maxRetries: 2 });
}

async function files(page) {
	await page.goto("/files");
	await page.waitForFunction(() => [...document.querySelectorAll("img.thumb")]
	    .every((i) => i.complete));
	ok((await page.locator("#files img.thumb").evaluateAll((l) => l.map((i) =>
	    i.naturalWidth))).includes(120), "a picture is shown small");
	match(await page.textContent("#files li:has(b:text-is('song.mp3'))"), /40 %/,
	    "a file that is arriving says how far it is");
	await look(page, "files");
	let r = await octets(page, "报告.txt");
	const want = Buffer.from("The quick brown fox jumps. \n".repeat(800)).subarray(0, 20000);
	equal(createHash("sha256").update(await r.body()).digest("hex"),
	    createHash("sha256").update(want).digest("hex"), "a file comes byte for byte");
	match(r.headers()["content-disposition"],
	    /^attachment; filename="txt"; filename\*=UTF-8''%E6%8A%A5%E5%91%8A\.txt$/,
	    "under its own name");
	r = await octets(page, "a\"b;c.html");
	equal(r.headers()["content-type"], "application/octet-stream",
	    "markup is not handed out as a page");
	match(r.headers()["content-disposition"], /^attachment; filename="abc.html"; /,
	    "signs in a name do not end the header");
	r = await octets(page, "damaged.bin");
	equal(r.status(), 404, "a file whose digest differs is not handed out");
	match(await r.text(), /checksum differs/, "and the page says why");
	await page.goto("/files");
	await page.click("#files li:has(b:text-is('song.mp3')) a");
	equal(await page.locator("#file a.button").count(), 0, "half a file has no download");
	await look(page, "file-arriving");
	await page.goto("/files");
	await page.click("#files li:has(b:text-is('sunset.png')) a");
	await look(page, "file");
	await page.goto("/conversation?peer=%2B358401234567");
	match(await page.textContent(".chat"), /The sky over the lake/, "an MMS shows its text");
	equal(await page.locator(".bubble img.preview").count(), 1, "and its picture");
	await look(page, "mms");
}

async function search(page) {
	const find = async (what) => {
		await page.goto("/search");
		await page.fill("#q", what);
		await page.click("form.search button");
	};
	await page.goto("/search");
	await look(page, "search-empty");
	await find("RYE BREAD");
	equal(await page.textContent("mark"), "Rye bread", "search marks what it found, whatever the case");
	await find("图书馆");
	equal(await page.locator("[data-kind=calendar] mark").first().textContent(), "图书馆",
	    "and finds Chinese");
	await find("sunset");
	equal(await page.locator("[data-kind=file] li").count(), 1, "names of files are found");
	await find("alma");
	ok(await page.locator("[data-kind=contact] li").count() === 1 &&
	    await page.locator("[data-kind=message] li").count() >= 1,
	    "a contact is found, and the messages with her");
	await look(page, "search");
	await find("no such words");
	equal(await page.locator("#nothing").count(), 1, "and says when there is nothing");
}

/* A long conversation begins with its newest page. */
async function conversation(page) {
	const numbers = async () => (await page.locator(".bubble p").allTextContents())
	    .map((t) => Number(t.match(/\d+/)[0]));
	await page.goto("/conversation?peer=%2B358409998800");
	const newest = await numbers();
	equal(`${newest.length}: ${newest[0]}-${newest.at(-1)}`, "500: 500-1",
	    "a long conversation shows what is newest, oldest first");
	await page.click("a.older");
	const older = await numbers();
	equal(`${older.length}: ${older[0]}-${older.at(-1)}`, "120: 620-501",
	    "and the way to what is older");
	equal(await page.locator("a.older").count(), 0, "as far as there is any");
	await page.click("a.newer");
	equal((await numbers()).at(-1), 1, "and back");
}

async function history(page) {
	await page.goto("/history");
	await look(page, "history");
	await page.fill("#as_of", day(8));
	await page.click("form[action='/contacts'] button");
	match(await page.textContent("#as-of"), new RegExp(day(8)), "a banner says which day it is");
	ok(/Alma Virtanen/.test(await page.textContent("#contacts")) &&
	    /Otto Gone/.test(await page.textContent("#contacts")),
	    "as of a day in the past the contacts are as they were");
	await look(page, "as-of");
	await page.click("#contacts a:has-text('Alma')");
	ok(!/alma@example/.test(await page.textContent("main")), "each of them too");
	await page.click("nav.second a[href^='/messages']");
	match(page.url(), new RegExp(`as_of=${day(8)}`), "the day is kept from page to page");
	await page.goto("/history");
	await page.fill("#as_of", day(5));
	await page.fill("#at", "12:00");
	await page.click("form[action='/contacts'] button");
	match(await page.textContent("#as-of"), new RegExp(`${day(5)} 12:00`),
	    "a time of the day can be chosen");
	match(await page.textContent("#contacts"), /Alma Between/,
	    "and what was changed twice that day is as it was between");
	await page.click("#contacts a:has-text('Alma')");
	match(await page.textContent("main"), /Alma Between/, "on its own page as well");
	await page.click("#as-of a");
	equal(await page.locator("#as-of").count(), 0, "and left for today");
	await page.goto(`/changes?from=${day(7)}&to=${day(3)}`);
	const alma = page.locator("[data-change=changed]:has-text('Alma')");
	equal(await alma.locator("del").first().textContent(), "Alma Virtanen", "what changed between two days has its old value");
	equal(await alma.locator("ins").first().textContent(), "Alma Korhonen", "and its new one");
	await page.goto(`/changes?from=${day(3)}&to=${day(1)}`);
	equal(await page.locator("[data-change=deleted]:has-text('Otto')").count(), 1,
	    "what was deleted is among the changes");
	await look(page, "changes");
	await page.goto("/deleted");
	match(await page.textContent("#deleted"), /Otto Gone/, "deleted items are listed");
	match(await page.getAttribute("#deleted input[name=item]", "value"), /^\d+\.1\.9002\.\d+\.\d+$/,
	    "and can be asked for again");
	await look(page, "deleted");
	await page.click("#deleted h2 a");
	equal(await page.locator("#versions > li").count(), 2, "a record has its versions");
	await look(page, "versions");
}

/* Restored as of a moment: what has been deleted since, and as it was between
 * two changes of one day. */
async function as_of(page) {
	await page.goto("/phones/add");
	await page.fill("#name", "Time machine");
	await page.click("main form button");
	await sim(`phone 2 bind ${(await page.textContent("#code")).trim()}`);
	await page.waitForSelector("#binding[data-state=bound]");
	await page.goto("/restore");
	await page.selectOption("#from", await page.locator("#from option:not(:text-is('Time machine'))")
	    .first().getAttribute("value"));
	await page.selectOption("#to", { label: "Time machine" });
	await page.fill("#clock", "12:00");
	await page.click("main form button");
	equal(await page.getAttribute("#day", "aria-invalid"), "true", "a time wants its day");
	await page.check("input[name=k1]");
	await page.fill("#day", day(5));
	await page.fill("#clock", "12:00");
	await page.click("main form button");
	match(await page.textContent("main h2"), new RegExp(`${day(5)} 12:00`), "which is said with it");
	equal(await page.textContent("#records"), "2", "at that moment there were two contacts");
	await page.click("#start");
	await reload_until(page, "the receipt", (p) => p.locator("#receipt").count());
	const list = await sim("phone 2 contacts 1000");
	ok(/Alma Between/.test(list) && /Otto Gone/.test(list) &&
	    !/Alma (Korhonen|Virtanen)/.test(list),
	    "restored as of a moment: the phone has what was there then", list);
}

/* Back on the phone that they are of: contacts as of a moment, or as now. */
async function to_itself(page, moment) {
	await page.goto("/restore");
	const own = await page.locator("#from option:not(:text-is('Time machine'))")
	    .first().getAttribute("value");
	await page.selectOption("#from", own);
	await page.selectOption("#to", own);
	await page.check("input[name=k1]");
	if (moment) {
		await page.fill("#day", day(5));
		await page.fill("#clock", moment);
	}
	await page.click("main form button");
}

/* Of a phone's own it gets what is not as it is there now; and while that is on
 * its way, nobody knows what will be there. */
async function own(page) {
	await to_itself(page, "");
	const all = await page.textContent("#all-there #there");
	ok(Number(all) > 2, "a phone has all that is its own", all);
	await to_itself(page, "12:00");
	equal(await page.textContent("#records"), "2",
	    "what was changed or deleted since is sent to the phone that it is of");
	equal(await page.locator("#there").count(), 0, "and is not taken for what is there");
	await sim("phone 1 coverage off");
	await page.click("#start");
	match(await page.getAttribute("[data-state]", "data-state"), /^(running|ending)$/, "and is on its way");
	await to_itself(page, "");
	match(await page.textContent("#blind"), /Changes are on their way/,
	    "meanwhile the page says that all is sent, and why");
	equal(await page.textContent("#records"), all, "and counts it");
	await look(page, "restore-blind");
}

/* Check now, and how many things it names as damaged. */
async function check(page) {
	await page.goto("/check");
	await go(page, "#check");
	return page.locator("#bad li").count();
}

/* How often the owner was told. */
async function told() {
	return sql("SELECT count(*) FROM event WHERE kind = 'backup-damaged'");
}

/* Is it named, with the words for what is wrong, and a way to it? */
async function named(page, kind, id, words, why) {
	const one = page.locator(`#bad li:has(a[href*='&kind=${kind}&id=${id}'])`);
	match(await one.textContent(), words, why);
	await go(page, `#bad li a[href*='&kind=${kind}&id=${id}']`);
	ok(await page.locator("#versions li").count() > 0, "with a way to it");
}

/*
 * Of the files one has another digest from the start, and one is on its way.
 * Then a piece of a third goes, the body of a note, and the key of some days.
 */
async function checked(page) {
	equal(await check(page), 1, "the check of the backup finds what is damaged, and no more");
	match(await page.textContent("#bad"), /damaged\.bin[\s\S]*digest differs/,
	    "a file whose digest differs is named");
	match(await page.textContent("#unfinished"), /song\.mp3[\s\S]*40 %/,
	    "and one that is not whole yet, with how far it is, and why");
	await look(page, "check");
	await check(page);
	equal(await told(), "1", "its owner is told, once and not at each check");
	await sql("DELETE FROM file_piece WHERE record_id = 502 AND \"offset\" = 0");
	equal(await check(page), 2, "a missing piece of a file is found");
	equal(await told(), "2", "and told, for it is news");
	await named(page, 6, 502, /报告\.txt[\s\S]*piece of the file is missing/, "and the file is named");
	await sql("UPDATE record_version SET sealed = set_byte(sealed, 30, get_byte(sealed, 30) # 1) WHERE kind = 5 AND record_id = 2 AND transfer >= 4000");
	equal(await check(page), 3, "a broken body is found");
	await named(page, 5, 2, /Note[\s\S]*is damaged/, "and the note is named");
	match(await page.textContent("main"), /does not open/, "whose page says the same");
	const lost = Number(await sql(`WITH k AS (SELECT data_key_id, count(*) AS n FROM record_version
	    WHERE kind = 1 GROUP BY 1 ORDER BY 2, 1 LIMIT 1), d AS (DELETE FROM data_key USING k
	    WHERE data_key.data_key_id = k.data_key_id) SELECT n FROM k`));
	equal(await check(page), 3 + lost, "a missing data key is found");
	match(await page.textContent("#bad li[data-why='0']"), /Contact[\s\S]*key that it was sealed with is missing/,
	    "and what was sealed with it is named");
	match(await page.textContent("#verdict"), new RegExp(`Cannot be read: ${3 + lost} `),
	    "and all of it counted");
	await look(page, "check-damaged");
	await page.goto("/account");
	match(await page.textContent("#checked"), new RegExp(`Checked .*Cannot be read: ${3 + lost} `),
	    "the account's page says how the last check went");
	await look(page, "account-damaged");
	await page.goto("/events");
	match(await page.textContent("[data-event=backup-damaged]"), /check of your backup/,
	    "and it stands among his events");
}

try {
	const page = await person(browser, {}, complaints);
	await sign_in(page);
	await calendar_and_notes(page);
	await files(page);
	await search(page);
	await conversation(page);
	await history(page);
	await as_of(page);
	await own(page);
	await checked(page);
	await page.goto("/contacts");
	await page.click("a.lang");
	await check(page);
	await look(page, "check-damaged");
	for (const [name, path] of Object.entries({ calendar: "/calendar", notes: "/notes",
		files: "/files", search: "/search?q=%E5%9B%BE%E4%B9%A6%E9%A6%86",
		history: "/history", changes: "/changes", deleted: "/deleted",
		"as-of": `/contacts?as_of=${day(8)}` })) {
		await page.goto(path);
		await look(page, name);
	}
	looked(80);
	equal(complaints.join("\n"), "", "the browser complained of nothing");
} catch (e) {
	ok(false, "the whole flow", e.stack);
}
await browser.close();
process.exitCode = done();
