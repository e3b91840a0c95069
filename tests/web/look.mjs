/*
 * How every page looks: at two widths, light and dark, in each language; kept
 * as pictures if there is a place for them, and checked for what a machine can
 * see: nothing sticks out, everything can be read, every field has a name.
 */
import { mkdirSync } from "node:fs";
import { ok, equal } from "./tap.mjs";

const widths = [360, 1280];
const schemes = ["light", "dark"];
const place = process.env.SMSVAULT_SCREENS;

/* Runs in the page: text whose contrast is below what WCAG AA wants. */
function faint() {
	const parse = (c) => {
		const m = c.match(/[\d.]+/g).map(Number);
		return { r: m[0], g: m[1], b: m[2], a: m[3] ?? 1 };
	};
	const light = ({ r, g, b }) => {
		const f = (v) => (v /= 255) <= 0.04045 ? v / 12.92
		    : ((v + 0.055) / 1.055) ** 2.4;
		return 0.2126 * f(r) + 0.7152 * f(g) + 0.0722 * f(b);
	};
	const behind = (e) => {
		for (; e; e = e.parentElement) {
			const c = parse(getComputedStyle(e).backgroundColor);
			if (c.a === 1)
				return c;
		}
		return { r: 255, g: 255, b: 255 };
	};
	const found = new Set();
	const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
	for (let t = walk.nextNode(); t; t = walk.nextNode()) {
		const e = t.parentElement;
		const s = getComputedStyle(e);
		if (!t.data.trim() || !e.checkVisibility() || e.closest("title"))
			continue;
		const ink = parse(e.closest("svg") ? s.fill : s.color);
		const a = light(ink), b = light(behind(e));
		const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
		const px = parseFloat(s.fontSize);
		const large = px >= 24 || (px >= 18.66 && s.fontWeight >= 700);
		if (ratio < (large ? 3 : 4.5))
			found.add(`${ratio.toFixed(2)} "${t.data.trim().slice(0, 30)}"`);
	}
	return [...found];
}

/* Runs in the page: what leaves the screen at the right, headings on the border
 * of their box. */
function outside() {
	const wide = document.documentElement.clientWidth;
	const top = (e) => e.getBoundingClientRect().top;
	const across = [...document.querySelectorAll("legend")]
	    .filter((e) => e.checkVisibility() && top(e) < top(e.parentElement))
	    .map((e) => `${e.textContent} lies across its border`);
	if (document.documentElement.scrollWidth <= wide)
		return across;
	return [...document.querySelectorAll("body *")]
	    .filter((e) => e.getBoundingClientRect().right > wide + 1 &&
	        !e.closest("nav"))
	    .map((e) => `${e.tagName}.${e.className} ${e.textContent.slice(0, 30)}`)
	    .slice(0, 5).concat(across);
}

/* Runs in the page: fields without a name, names used twice, small targets. */
function unusable() {
	const bad = [];
	const ids = [...document.querySelectorAll("[id]")].map((e) => e.id);
	for (const id of new Set(ids.filter((d, i) => ids.indexOf(d) !== i)))
		bad.push(`id ${id} is there twice`);
	for (const e of document.querySelectorAll("input, select, textarea"))
		if (e.type !== "hidden" && e.checkVisibility() && e.labels.length === 0)
			bad.push(`field ${e.name} has no label`);
	for (const e of document.querySelectorAll("button, .button"))
		if (e.checkVisibility() && e.getBoundingClientRect().height < 40)
			bad.push(`"${e.textContent}" is a small target`);
	if (document.querySelectorAll("h1").length !== 1)
		bad.push("not one h1");
	if (document.querySelectorAll("[style], style, [onclick]").length > 0)
		bad.push("style or script in the page itself");
	return bad;
}

const complaints = { outside: [], faint: [], unusable: [] };
let looks = 0;

/* The page as it is now, in every width and scheme. */
export async function look(page, name) {
	const language = (await page.locator("html").getAttribute("lang")).slice(0, 2);
	const note = (kind, where, list) =>
	    complaints[kind].push(...list.map((l) => `${where}: ${l}`));
	const before = page.viewportSize();

	/* First: the driver's pictures leave a style of their own behind. */
	note("unusable", `${name} ${language}`, await page.evaluate(unusable));
	if (place)
		mkdirSync(place, { recursive: true });
	for (const width of widths) {
		await page.setViewportSize({ width, height: width === 360 ? 740 : 800 });
		note("outside", `${name} ${language} ${width}`, await page.evaluate(outside));
		for (const colorScheme of schemes) {
			const where = `${name}-${language}-${width}-${colorScheme}`;
			await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
			note("faint", where, await page.evaluate(faint));
			looks++;
			if (place)
				await page.screenshot({ path: `${place}/${where}.png`,
				    fullPage: name !== "conversation" });
		}
	}
	await page.setViewportSize(before);
	await page.emulateMedia({ colorScheme: null, reducedMotion: null });
}

/* Whoever walks by keyboard sees where he is, from the first key. */
export async function keyboard(page, path) {
	await page.goto(path);
	const seen = [];
	for (let i = 0; i < 5; i++) {
		await page.keyboard.press("Tab");
		seen.push(await page.evaluate(() => {
			const s = getComputedStyle(document.activeElement);
			return s.outlineStyle !== "none" && parseFloat(s.outlineWidth) >= 2;
		}));
	}
	ok(seen.every(Boolean), "the keyboard's focus is seen on each element", seen);
	await page.goto(path);
	await page.keyboard.press("Tab");
	await page.keyboard.press("Enter");
	equal(new URL(page.url()).hash, "#main", "the first key skips to the content");
}

export function looked(least) {
	ok(looks >= least, `${looks} looks at the pages`, `want: ${least} or more`);
	for (const [kind, why] of [["outside", "nothing sticks out of the screen or lies across a border"],
		["faint", "every text has the contrast of WCAG AA"],
		["unusable", "every field has its label, every button its size"]])
		ok(complaints[kind].length === 0, why, complaints[kind].join("\n"));
}
