// What a citizen is typing stays on the device until it has been sent: <form data-draft="key">.
// Never kept: passwords, PINs, hidden and file fields, ticks (a consent must be given anew), anything with data-draft-skip.
const PREFIX = "lang-nghe-draft:";
const KEEP_DAYS = 7;

function store() {
  try {
    const storage = window.localStorage;
    storage.getItem(PREFIX);
    return storage;
  } catch {
    return null; // private window, blocked storage
  }
}

function fields(form) {
  return [...form.elements].filter(
    (el) =>
      el.name &&
      (el.matches("textarea, select:not([multiple])") || el.matches("input:is([type=text], [type=email], [type=tel], [type=search], :not([type]))")) &&
      el.autocomplete !== "one-time-code" &&
      !/(^|[-_.])(pin|password|token)([-_.]|$)/i.test(el.name) &&
      !el.closest("[data-draft-skip]")
  );
}

function read(storage, key) {
  try {
    const draft = JSON.parse(storage.getItem(PREFIX + key));
    if (draft && Date.now() - draft.at < KEEP_DAYS * 864e5) return draft.values;
  } catch {
    /* unreadable: as if there were none */
  }
  storage.removeItem(PREFIX + key);
  return null;
}

function write(storage, key, form) {
  const values = {};
  for (const el of fields(form)) {
    if (el.value.trim() && el.value !== el.dataset.draftInitial) values[el.name] = el.value;
  }
  try {
    if (Object.keys(values).length) storage.setItem(PREFIX + key, JSON.stringify({ at: Date.now(), values }));
    else storage.removeItem(PREFIX + key);
  } catch {
    /* storage full: typing goes on */
  }
}

function restore(form, values) {
  const restored = [];
  for (const el of fields(form)) {
    const value = values[el.name];
    if (typeof value !== "string" || el.value.trim()) continue;
    if (el.tagName === "SELECT" && ![...el.options].some((option) => option.value === value)) continue;
    el.value = value;
    restored.push(el);
  }
  return restored;
}

function announce(form, storage, key, restored) {
  const status = form.querySelector("[data-draft-status]");
  if (!status) return;
  status.textContent = status.dataset.restored;
  const button = document.createElement("button");
  button.type = "button";
  button.className = "ln-linkbutton";
  button.textContent = status.dataset.discard;
  button.addEventListener("click", () => {
    storage.removeItem(PREFIX + key);
    for (const el of restored) {
      el.value = "";
      el.dispatchEvent(new Event("input", { bubbles: true }));
    }
    storage.removeItem(PREFIX + key);
    status.textContent = status.dataset.discarded;
    restored[0].focus();
  });
  status.append(" ", button);
}

export function keepDrafts() {
  const storage = store();
  if (!storage) return;

  for (const el of document.querySelectorAll("[data-draft-clear]")) {
    for (const key of el.dataset.draftClear.split(/\s+/).filter(Boolean)) storage.removeItem(PREFIX + key);
  }
  // Forget old drafts of every form, also of pages that are never opened again.
  for (const name of Object.keys(storage)) {
    if (name.startsWith(PREFIX)) read(storage, name.slice(PREFIX.length));
  }

  for (const form of document.querySelectorAll("form[data-draft]")) {
    const key = form.dataset.draft;
    let timer;
    const save = () => {
      clearTimeout(timer);
      timer = undefined;
      write(storage, key, form);
    };
    const values = read(storage, key);
    if (values) {
      const restored = restore(form, values);
      if (restored.length) announce(form, storage, key, restored);
    }
    const later = () => {
      clearTimeout(timer);
      timer = setTimeout(save, 400);
    };
    form.addEventListener("input", later);
    form.addEventListener("change", later);
    window.addEventListener("pagehide", () => timer && save());
  }
}
