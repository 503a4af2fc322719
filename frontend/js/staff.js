// Staff pages: drafts that save themselves, the queue's keyboard, parts of a page that look again by themselves.
const AUTOSAVE_EVERY = 10_000;

/* ---- autosave ---------------------------------------------------------------------------------------------- */

function payload(form) {
  const data = new FormData(form);
  for (const [name, value] of [...data]) {
    if (value instanceof File) data.delete(name);
  }
  for (const el of form.querySelectorAll("input[type=password]")) data.delete(el.name);
  return new URLSearchParams(data);
}

function clock() {
  return new Date().toLocaleTimeString("vi-VN", { hour: "2-digit", minute: "2-digit", hour12: false });
}

async function conflictMessage(response, fallback) {
  const text = await response.text();
  if ((response.headers.get("content-type") || "").includes("json")) {
    try {
      return JSON.parse(text).message || fallback;
    } catch {
      return fallback;
    }
  }
  return (response.headers.get("content-type") || "").startsWith("text/plain") && text.trim() ? text.trim() : fallback;
}

function autosave(form) {
  const status = form.querySelector("[data-autosave-status]") || document.querySelector("[data-autosave-status]");
  let saved = payload(form).toString();
  let stopped = false;
  let busy = false;

  const say = (text, bad = false) => {
    if (!status) return;
    status.classList.toggle("ln-autosave--bad", bad);
    if (status.textContent !== text) status.textContent = text;
  };
  const words = status ? status.dataset : {};

  async function save(keepalive = false) {
    const body = payload(form);
    const now = body.toString();
    if (stopped || busy || now === saved) return;
    busy = true;
    try {
      const response = await fetch(form.dataset.autosave, {
        method: "POST",
        body,
        keepalive,
        credentials: "same-origin",
        redirect: "manual",
        headers: { "X-Requested-With": "fetch", Accept: "application/json" },
      });
      if (response.ok) {
        if ((response.headers.get("content-type") || "").includes("json")) {
          const { fields = {} } = await response.json();
          for (const [name, value] of Object.entries(fields)) {
            for (const el of form.querySelectorAll("input[type=hidden]")) if (el.name === name) el.value = value;
          }
        }
        // What was typed while the request was under way differs from `now` and goes out with the next one.
        const sent = new URLSearchParams(now);
        const current = payload(form);
        saved = [...current.keys()].every((name) => current.getAll(name).join("\n") === sent.getAll(name).join("\n") || form.elements[name]?.type === "hidden")
          ? current.toString()
          : now;
        say((words.saved || "").replace("%{time}", clock()));
      } else if (response.status === 409) {
        stopped = true;
        say(await conflictMessage(response, words.conflict || ""), true);
      } else if (response.type === "opaqueredirect" || [400, 401, 403, 419].includes(response.status)) {
        stopped = true;
        say(words.signin || "", true);
      } else {
        say(words.failed || "", true);
      }
    } catch {
      say(words.failed || "", true);
    } finally {
      busy = false;
    }
  }

  const timer = setInterval(() => (stopped ? clearInterval(timer) : save()), AUTOSAVE_EVERY);
  document.addEventListener("visibilitychange", () => document.visibilityState === "hidden" && save(true));
  form.addEventListener("submit", () => (stopped = true));
}

document.querySelectorAll("form[data-autosave]").forEach(autosave);

/* ---- select all -------------------------------------------------------------------------------------------- */

for (const all of document.querySelectorAll("[data-select-all]")) {
  const form = all.form || document;
  const boxes = [...form.querySelectorAll('input[type="checkbox"]')].filter((box) => box.name === all.dataset.selectAll && !box.disabled);
  const count = form.querySelector("[data-selected-count]");
  const refresh = () => {
    const ticked = boxes.filter((box) => box.checked).length;
    all.checked = boxes.length > 0 && ticked === boxes.length;
    all.indeterminate = ticked > 0 && ticked < boxes.length;
    for (const box of boxes) box.closest("tr")?.classList.toggle("ln-table__row--selected", box.checked);
    if (count) count.textContent = ticked ? count.dataset.selectedCount.replace("%{count}", ticked) : "";
  };
  all.hidden = boxes.length === 0;
  all.addEventListener("change", () => {
    for (const box of boxes) box.checked = all.checked;
    refresh();
  });
  for (const box of boxes) box.addEventListener("change", refresh);
  refresh();
}

/* ---- keyboard in the queue ---------------------------------------------------------------------------------- */

const OFF = "lang-nghe-keys-off";
const rows = [...document.querySelectorAll("[data-queue-row]")];
const help = document.querySelector("dialog[data-queue-help]");

function keysOff() {
  try {
    return localStorage.getItem(OFF) === "1";
  } catch {
    return false;
  }
}

if (help) {
  const opener = document.querySelector("[data-queue-help-open]");
  const off = help.querySelector("[data-queue-keys-off]");
  if (opener) {
    opener.hidden = false;
    opener.addEventListener("click", () => help.showModal());
  }
  if (off) {
    off.checked = keysOff();
    off.addEventListener("change", () => {
      try {
        off.checked ? localStorage.setItem(OFF, "1") : localStorage.removeItem(OFF);
      } catch {
        /* not remembered */
      }
    });
  }
}

if (rows.length) {
  const link = (row) => row.querySelector("[data-queue-link]") || row.querySelector("a");
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || keysOff()) return;
    if (event.target.closest("input:not([type=checkbox]), textarea, select, [contenteditable], dialog")) return;
    const at = rows.findIndex((row) => row.contains(document.activeElement));
    const key = event.key.toLowerCase();
    if (key === "j" || key === "k") {
      const next = rows[at < 0 ? 0 : Math.min(rows.length - 1, Math.max(0, at + (key === "j" ? 1 : -1)))];
      link(next)?.focus();
      next.scrollIntoView({ block: "nearest" });
    } else if (key === "x" && at >= 0) {
      const box = rows[at].querySelector('input[type="checkbox"]');
      if (!box) return;
      box.click();
    } else if (key === "enter" && at >= 0 && event.target.matches("[data-queue-row], [type=checkbox]")) {
      link(rows[at])?.click();
    } else if (event.key === "?" && help) {
      help.open || help.showModal();
    } else {
      return;
    }
    event.preventDefault();
  });
}

/* ---- parts that look again by themselves --------------------------------------------------------------------- */

const token = document.querySelector('meta[name="csrf-token"]')?.content;

async function refresh(part, shown) {
  try {
    const response = await fetch(part.dataset.refresh, {
      method: part.dataset.refreshMethod || "GET",
      redirect: "manual",
      headers: { "X-Requested-With": "fetch", "X-CSRFToken": token },
    });
    if (response.status === 205) return location.reload();
    // Signed out, or gone: nothing will come any more.
    if (!response.ok && response.status < 500) return;
    const html = response.ok ? await response.text() : shown;
    // What stays the same is not put in anew: it would be read out again.
    if (html !== shown) part.innerHTML = shown = html;
  } catch {
    /* the network is away: the next time */
  }
  setTimeout(refresh, part.dataset.refreshEvery * 1000, part, shown);
}

for (const part of document.querySelectorAll("[data-refresh]")) refresh(part);
