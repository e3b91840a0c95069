/* The instance under test: the simulator's phones, and a browser. */
import { execFile } from "node:child_process";
import { createRequire } from "node:module";
import { promisify } from "node:util";

const { chromium } = createRequire(import.meta.url)("playwright-core");
const run = promisify(execFile);

export const url = process.env.SMSVAULT_URL;
export const deadline_ms = 30000;

/* Say one thing to the simulator; throws if its answer is no. */
export async function sim(command) {
	try {
		const { stdout } = await run(process.env.SMSVAULT_SIM,
		    ["--socket", process.env.SMSVAULT_SIM_SOCKET, "--ask", command]);
		return stdout;
	} catch (e) {
		throw new Error(`phone-sim refused "${command}": ${e.stdout}${e.stderr}`);
	}
}

export async function refused(command) {
	return sim(command).then(() => false, () => true);
}

/* Ask the database, or do to it what nobody should: with leave of its keys. */
export async function sql(statement) {
	const { stdout } = await run(process.env.SMSVAULT_PSQL, ["-h", process.env.SMSVAULT_PGHOST,
		"-U", "smsvault", "-d", "smsvault", "-Atqc",
		`SET session_replication_role = replica; ${statement}`]);
	return stdout.trim();
}

/* One line of a phone's status, such as what follows "digits ". */
export async function phone_says(n, word) {
	const lines = (await sim(`phone ${n}`)).split("\n");
	return lines.find((l) => l.startsWith(`${word} `))?.slice(word.length + 1);
}

/*
 * The sandbox wants a kernel's leave that containers and root do not have, and
 * the only pages it sees here are our own.
 */
export function browser_open() {
	return chromium.launch({
		executablePath: process.env.SMSVAULT_CHROMIUM,
		args: ["--no-sandbox", "--disable-gpu", "--disable-quic",
			"--no-first-run", "--disable-background-networking",
			"--disable-component-update", "--disable-sync",
			"--disable-dev-shm-usage"],
	});
}

/*
 * A browser of one person.  Whatever it complains of, such as what the content
 * security policy stopped, is kept in complaints.
 */
export async function person(browser, options, complaints) {
	const context = await browser.newContext({
		baseURL: url,
		viewport: { width: 1280, height: 800 },
		locale: "en-GB",
		...options,
	});
	context.setDefaultTimeout(deadline_ms);
	const page = await context.newPage();
	page.on("console", (m) => {
		if (m.type() === "error" && !/status of 4\d\d/.test(m.text()))
			complaints.push(m.text());
	});
	page.on("pageerror", (e) => complaints.push(e.message));
	return page;
}

/* Press what leads to another page, and be there: whoever goes elsewhere before
 * it has come breaks off what the press was for. */
export async function go(page, what) {
	await Promise.all([page.waitForNavigation(), page.click(what)]);
}

/* Load the page again until it is so. */
export async function reload_until(page, why, so, seconds = deadline_ms / 1000) {
	const end = Date.now() + 1000 * seconds;
	while (!await so(page)) {
		if (Date.now() > end)
			throw new Error(`not in ${seconds} s: ${why}`);
		await page.waitForTimeout(200);
		await page.reload();
	}
}

/* A new account, signed in, past its recovery code. */
export async function register(page, login, password) {
	await page.goto("/register");
	await page.fill("#login", login);
	await page.fill("#password", password);
	await page.fill("#password2", password);
	await page.click("main form button");
	await page.click("main a.button");
}
