/*
 * A phone that is bound by the picture on the page, as its camera reads it:
 * the first time, once more with the keys it has, by a thief while it is lost,
 * and by its owner who has it back.  Each time with another SIM: the service
 * answers a number once a minute.
 */
import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { promisify } from "node:util";
import { done, equal, match, ok, step } from "./tap.mjs";
import { browser_open, person, phone_says, refused, register, sim }
    from "./service.mjs";

const run = promisify(execFile);
const complaints = [];
const browser = await browser_open();

/* A page with a new picture, and what is to be read there. */
async function picture(page) {
	await page.goto("/phones/add");
	if (await page.locator("#question").count() > 0) {
		await page.fill("#question", "Name of your first pet?");
		await page.fill("#answer", "Musti");
	}
	await page.click("main form button");
	await writeFile(process.env.SMSVAULT_PICTURE, await page.locator("svg.qr").screenshot());
	const { stdout } = await run("zbarimg",
	    ["--quiet", "--nodbus", "--raw", "-Sdisable", "-Sqrcode.enable", process.env.SMSVAULT_PICTURE]);
	return stdout.trim();
}

const is_bound = (page) => page.waitForSelector("#binding[data-state=bound]");

async function answer(text) {
	await sim("wait phone 1 asked 60");
	await sim(`phone 1 answer ${text}`);
}

/* Light and dark: a camera wants black on white. */
async function first(page) {
	await page.emulateMedia({ colorScheme: "dark" });
	match(await picture(page), /^\S{20,}$/, "the picture is read from a dark page as well");
	await page.emulateMedia({ colorScheme: "light" });
	const text = await picture(page);
	equal(text, await page.getAttribute("svg.qr", "data-text"),
	    "the picture says what the page says of it");
	ok(await refused(`phone 1 bind-qr ${text.slice(0, -1)}`),
	    "a picture that was read by half binds nothing");
	await sim(`phone 1 bind-qr ${text}`);
	await step("bound by the picture alone: the page follows by itself", () => is_bound(page));
	equal(await page.textContent("#digits"), await phone_says(1, "digits"),
	    "bound by the picture: the page shows the same six digits as the phone");
	await sim("phone 1 upload");
	await sim("wait phone 1 acked 120");
	await page.goto("/contacts");
	ok(await page.locator("#contacts li").count() > 0,
	    "bound by the picture: what the phone sends is on the pages");
}

/* It keeps its old keys until it has heard that the new ones are in force. */
async function again(page) {
	await sim("phone 1 sim +358409990011");
	const text = await picture(page);
	await sim(`phone 1 bind-qr ${text}`);
	await answer("Musti");
	await step("the phone is bound once more, by another picture", () => is_bound(page));
	const phone = await page.getAttribute("#to-phone", "href");
	await sim("phone 1 note add \"Second life\" \"Under new keys\"");
	await sim("phone 1 upload");
	await step("what it sends then arrives", () => sim("wait phone 1 acked 60"));
	await page.goto("/notes");
	match(await page.textContent("main"), /Second life/, "and is on the pages");
	return phone;
}

async function thief(owner) {
	const page = await person(browser, {}, complaints);
	await register(page, "thief", "I have it in my hand");
	const text = await picture(page);
	await sim("phone 1 sim +358409990022");
	ok(await refused(`phone 1 bind-qr ${text}`), "a lost phone binds itself to nobody");
	await sim("phone 1 factory-reset");
	await sim(`phone 1 bind-qr ${text}`);
	await answer("Musti");
	await step("a lost phone that was erased is bound to nobody, even with the right answer",
	    () => sim("wait phone 1 refused 60"));
	await page.goto("/phones");
	match(await page.textContent("main"), /No phone yet/, "the thief's page has no phone");
	await page.context().close();
	await owner.goto("/events");
	match(await owner.textContent("main"), /Someone tried to bind your lost phone/,
	    "and its owner's page says that somebody tried");
}

async function lost_and_found(page, phone) {
	const at = phone.replace("/phone?", "/phone/lost?");
	await page.goto(at);
	await page.click("#order");
	await sim("wait phone 1 lost 60");
	await thief(page);
	await page.goto(at);
	await page.click("#found");
	await sim("phone 1 sim +358409990033");
	const text = await picture(page);
	await sim(`phone 1 bind-qr ${text}`);
	await answer("Musti");
	await step("found: its owner binds it again", () => is_bound(page));
}

try {
	const page = await person(browser, {}, complaints);
	await register(page, "owner", "correct horse battery");
	await first(page);
	await lost_and_found(page, await again(page));
	equal(complaints.join("\n"), "", "the browser complained of nothing");
} catch (e) {
	ok(false, "the whole flow", e.stack);
}
await browser.close();
process.exitCode = done();
