/*
 * What an operator sees and does, and what others do not.
 */
import { equal, match, ok } from "./tap.mjs";
import { go, person, url } from "./service.mjs";
import { look } from "./look.mjs";

const login = process.env.SMSVAULT_OPERATOR;
const password = process.env.SMSVAULT_OPERATOR_PASSWORD;
const pages = ["/operator", "/operator/modems"];
const plain = { maxRedirects: 0 };

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

async function overview(page) {
	equal(await page.locator("header nav a").count(), pages.length,
	    "an operator is signed in, and has a menu");
	match(await page.textContent("#live"), /[1-9]\s*accounts/, "the overview counts accounts");
	await look(page, "operator");
}

async function modems(page) {
	await page.click("header nav a[href='/operator/modems']");
	match(await page.textContent("[data-modem=modem0] h2"), /ready/, "a modem is ready");
	match(await page.textContent("[data-modem=modem0]"), /SMS in\s*[1-9]/,
	    "and says how many SMS came in");
	ok(await page.locator("[data-modem=modem0] polyline").count() >= 1,
	    "its signal is plotted");
	await look(page, "operator-modems");
}

/* What else nobody may do. */
async function forged(page) {
	equal(await answer(page.request, "/operator/sign-out", { method: "POST",
	    form: { csrf: "0".repeat(32) } }), 403, "a form without its token changes nothing");
	equal(await answer(page.request, "/operator/sign-out"), 404,
	    "another method is no page");
	equal(await answer(page.request, "/phones"), "/sign-in",
	    "an operator's cookie opens no page of an owner");
}

export async function operator(browser, owner, complaints) {
	const page = await person(browser, {}, complaints);
	await strangers(page);
	await owners(owner);
	await sign_in(page, "not the password");
	match(await page.textContent("[role=alert]"), /do not belong together/,
	    "an operator's wrong password is refused");
	await look(page, "operator-sign-in");
	await sign_in(page, password);
	await overview(page);
	await modems(page);
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
}
