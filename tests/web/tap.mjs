/* TAP from node: a number, an answer, why, and what was got and wanted. */
let number = 0;
let failed = 0;

function answer(good, why, details) {
	number++;
	console.log(`${good ? "ok" : "not ok"} ${number} - ${why}`);
	if (!good) {
		failed++;
		for (const line of String(details).split("\n").slice(0, 20))
			console.log(`# ${line}`);
	}
	return good;
}

export function ok(good, why, details = "it is not so") {
	return answer(Boolean(good), why, details);
}

export function equal(got, want, why) {
	return answer(got === want, why,
	    `got:  ${JSON.stringify(got)}\nwant: ${JSON.stringify(want)}`);
}

export function match(text, pattern, why) {
	return answer(pattern.test(text), why,
	    `got:  ${JSON.stringify(text)}\nwant: ${pattern}`);
}

/* A step that throws is a test point that fails, and ends the run. */
export async function step(why, work) {
	try {
		await work();
	} catch (e) {
		answer(false, why, e.message);
		throw e;
	}
	answer(true, why);
}

/* The plan, last; the exit status. */
export function done() {
	console.log(`1..${number}`);
	return failed === 0 ? 0 : 1;
}
