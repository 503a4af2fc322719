// Passkeys (WebAuthn). A form with data-passkey="create" or "get" asks the server what is to be signed (data-begin, with its own
// fields), asks the browser for a key, puts the answer into its field `credential` and sends itself.
const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (char) => char.charCodeAt(0));
const text = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer)))
    .replace(/\+/g, "-")
    .replace(/\//g, "_")
    .replace(/=+$/, "");

function forBrowser(options) {
  options.challenge = bytes(options.challenge);
  if (options.user) options.user.id = bytes(options.user.id);
  for (const key of [...(options.excludeCredentials || []), ...(options.allowCredentials || [])]) key.id = bytes(key.id);
  return options;
}

function forServer(credential) {
  const response = {};
  for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (credential.response[name]) response[name] = text(credential.response[name]);
  }
  const { id, type } = credential;
  return JSON.stringify({ id, rawId: text(credential.rawId), type, clientExtensionResults: {}, response });
}

async function ask(form) {
  const begun = await fetch(form.dataset.begin, {
    method: "POST",
    body: new URLSearchParams(new FormData(form)),
    credentials: "same-origin",
    redirect: "error",
  }).catch(() => null);
  const isJson = (begun?.headers.get("content-type") || "").includes("json");
  const answer = isJson ? await begun.json() : {};
  if (!begun?.ok || !isJson) return say(form, answer.message || form.dataset.failed);
  try {
    const credential = await navigator.credentials[form.dataset.passkey]({ publicKey: forBrowser(answer) });
    form.elements.credential.value = forServer(credential);
  } catch {
    return say(form, form.dataset.refused);
  }
  form.submit();
}

function say(form, words) {
  const place = form.querySelector("[data-passkey-error]");
  place.textContent = words;
  place.hidden = false;
}

for (const form of document.querySelectorAll("form[data-passkey]")) {
  const able = Boolean(window.PublicKeyCredential && navigator.credentials);
  const box = form.closest("[data-passkey-box]");
  box.hidden = !able;
  if (box.nextElementSibling?.matches("[data-passkey-missing]")) box.nextElementSibling.hidden = able;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    form.querySelector("[data-passkey-error]").hidden = true;
    ask(form);
  });
}
