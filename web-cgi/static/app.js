/* Enhances; every page works without it. */
"use strict";

/* Times in the reader's own zone. */
for (const t of document.querySelectorAll("time[datetime]")) {
	const d = new Date(t.dateTime);
	if (!Number.isNaN(d.getTime()))
		t.textContent = new Intl.DateTimeFormat(document.documentElement.lang,
		    { dateStyle: "medium", timeStyle: "short" }).format(d);
}

/* A conversation is read from its end. */
const chat = document.querySelector(".chat");
if (chat && chat.lastElementChild)
	chat.lastElementChild.scrollIntoView({ block: "end" });

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
