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

/* A phone's figures, while its page is looked at. */
const live = document.getElementById("live");
if (live) {
	/* Whoever is on the way to another page is not called back to this one;
	 * unless the way led nowhere, as a download's does. */
	let left = -Infinity;
	addEventListener("beforeunload", () => left = performance.now());
	const leaving = () => performance.now() - left < 10000;
	setInterval(async () => {
		if (document.hidden || leaving())
			return;
		try {
			const r = await fetch(location.href);
			const text = await r.text();
			if (leaving())
				return;
			const now = new DOMParser().parseFromString(text, "text/html")
			    .getElementById("live");
			const old = document.getElementById("live");
			/* What can be done is another thing now: the whole page. */
			if (r.ok && now && now.dataset.turn !== old.dataset.turn)
				location.replace(location.href);
			else if (r.ok && now) {
				localise(now);
				old.replaceWith(now);
			}
		} catch (e) {
			/* The next look may do better. */
		}
	}, Number(live.dataset.every) || 5000);
}

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
