/* Enhances; every page works without it. */
"use strict";

/* Times in the reader's own zone and manner; the whole of them on hover. */
const language = document.documentElement.lang;
const say = (d, how) => new Intl.DateTimeFormat(language, how).format(d);
const clock = { hour: "2-digit", minute: "2-digit" };

function day_of(d) {
	const year = d.getFullYear() === new Date().getFullYear() ? undefined : "numeric";
	return say(d, { month: "short", day: "numeric", year });
}

function localise(root) {
	for (const t of root.querySelectorAll("time[datetime]")) {
		const d = new Date(t.dateTime);
		if (Number.isNaN(d.getTime()) || t.className === "exact")
			continue;
		t.textContent = t.className === "clock" ? say(d, clock)
		    : t.className === "moment"
		    ? say(d, { dateStyle: "medium", timeStyle: "short" }) : day_of(d);
		t.title = say(d, { dateStyle: "full", timeStyle: "short" });
	}
}
localise(document);

/* A conversation is parted at midnight here, and is read from its end. */
const chat = document.querySelector(".chat");
if (chat && chat.querySelector(".bubble")) {
	for (const d of chat.querySelectorAll(".day"))
		d.remove();
	let last = "";
	for (const b of chat.querySelectorAll(".bubble")) {
		const day = day_of(new Date(b.querySelector("time").dateTime));
		if (day !== last) {
			const p = document.createElement("p");
			p.className = "day";
			p.textContent = day;
			b.before(p);
		}
		last = day;
	}
	chat.lastElementChild.scrollIntoView({ block: "end" });
}

/* What an element goes by in every copy of its page. */
function name_of(e) {
	const whose = [...(e.form?.elements || [])].filter((f) => f.type === "hidden");
	const tick = ["checkbox", "radio"].includes(e.type) ? e.value : "";
	return e.id || [e.tagName, e.className, e.form?.getAttribute("action"),
	    ...whose.map((f) => f.value), e.name, tick].join();
}

function by_name(root) {
	const all = {};
	for (const e of root.querySelectorAll("*"))
		(all[name_of(e)] ||= []).push(e);
	return all;
}

/* Each element of the old one with its like in the new one, if it is sure. */
function pairs(old, now) {
	const there = by_name(now);
	return Object.entries(by_name(old))
	    .filter(([name, list]) => there[name]?.length === list.length)
	    .flatMap(([name, list]) => list.map((e, i) => [e, there[name][i]]));
}

/* What its reader has done with a field or a fold; else what has come holds. */
function keep(was, is) {
	if (was.tagName === "DETAILS")
		is.open = was.open;
	else if (was.tagName === "SELECT") {
		const set = was.querySelector("[selected]") || was.options[0];
		if (set && !set.selected && [...is.options].some((o) => o.value === was.value))
			is.value = was.value;
	} else if (was.checked !== was.defaultChecked)
		is.checked = was.checked;
	else if (was.defaultValue !== undefined && was.value !== was.defaultValue)
		is.value = was.value;
}

/* What has come takes the place of what is shown; what is being typed, ticked,
 * chosen, unfolded or scrolled stays. */
function renew(id, from) {
	const now = from.getElementById(id);
	const old = document.getElementById(id);
	const both = pairs(old, now);
	const scrolled = both.map(([was, is]) => [is, was.scrollLeft, was.scrollTop]);
	const [at, next] = both.find(([was]) => was === document.activeElement) || [];
	for (const [was, is] of both)
		keep(was, is);
	localise(now);
	old.replaceWith(now);
	next?.focus({ preventScroll: true });
	if (at && at.selectionStart != null)
		next.setSelectionRange(at.selectionStart, at.selectionEnd);
	for (const [e, left, top] of scrolled)
		if (left !== 0 || top !== 0)
			[e.scrollLeft, e.scrollTop] = [left, top];
}

/*
 * A phone's figures, while its page is looked at.  Never by going there anew:
 * that would call back whoever is on the way to another page.
 */
async function look() {
	const r = await fetch(location.href);
	const page = new DOMParser().parseFromString(await r.text(), "text/html");
	const now = page.getElementById("live");
	const old = document.getElementById("live");
	/* A press has begun: what it is on must not go away. */
	if (!r.ok || !now || document.querySelector("main :active"))
		return;
	/* What can be done is another thing now: the whole page. */
	renew(now.dataset.turn === old.dataset.turn ? "live" : "main", page);
}

function look_again() {
	const every = Number(document.getElementById("live").dataset.every) || 5000;
	setTimeout(async () => {
		/* If it fails, the next look may do better. */
		if (!document.hidden)
			await look().catch(() => {});
		look_again();
	}, every);
}
if (document.getElementById("live"))
	look_again();

/* Printing wants a script. */
for (const b of document.querySelectorAll("button.print")) {
	b.hidden = false;
	b.addEventListener("click", () => print());
}

/* The state of a binding, as the SMS come in. */
const binding = document.getElementById("binding");
if (binding) {
	const open = () => ["waiting", "challenged"].includes(binding.dataset.state);
	const look = async () => {
		try {
			const r = await fetch("/binding/state?code=" + binding.dataset.code);
			if (!r.ok)
				throw new Error(r.status);
			const s = await r.json();
			const part = document.createElement("textarea");
			part.innerHTML = s.text;
			document.getElementById("state-text").textContent = part.value;
			binding.dataset.state = s.state;
			if (s.digits) {
				document.getElementById("digits").textContent = s.digits;
				document.getElementById("digits-box").hidden = false;
			}
			if (s.phone) {
				const a = document.getElementById("to-phone");
				a.href = "/phone?id=" + s.phone;
				a.hidden = false;
			}
			if (!open()) {
				for (const id of ["cancel", "refresh"])
					document.getElementById(id)?.remove();
				binding.querySelector(".pulse")?.remove();
				/* A code that is spent is of no more use to anyone. */
				for (const c of document.querySelectorAll(".bind > .card:not(.live)"))
					c.remove();
				return;
			}
		} catch (e) {
			/* The next look may do better. */
		}
		setTimeout(look, 1500);
	};
	if (open()) {
		document.getElementById("refresh").hidden = true;
		setTimeout(look, 1000);
	}
}
