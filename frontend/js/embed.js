// Inside a frame on another site: says how high the page is. On that site's page: makes the frame so high.
// One line of HTML does both; see docs/embedding.md. Nothing else passes between the two pages.
(() => {
  const HEIGHT = "lang-nghe:height";
  const ASK = "lang-nghe:ask";

  function inside() {
    let told = 0;
    const tell = () => {
      const height = Math.ceil(document.body.getBoundingClientRect().bottom + window.scrollY);
      if (height === told) return;
      told = height;
      // A height is no secret, and the page around may be anybody whom the setting allows.
      window.parent.postMessage({ type: HEIGHT, height }, "*");
    };
    window.addEventListener("message", (event) => {
      if (event.source !== window.parent || !event.data || event.data.type !== ASK) return;
      told = 0;
      tell();
    });
    new ResizeObserver(tell).observe(document.body);
    tell();
  }

  function outside(origin) {
    const frames = () => [...document.querySelectorAll("iframe")].filter((frame) => frame.src.startsWith(`${origin}/nhung/`));
    window.addEventListener("message", (event) => {
      const data = event.data;
      if (event.origin !== origin || !data || data.type !== HEIGHT || !Number.isFinite(data.height)) return;
      for (const frame of frames()) {
        if (frame.contentWindow === event.source) frame.height = String(Math.min(Math.max(Math.ceil(data.height), 100), 4000));
      }
    });
    // It may have spoken before anybody listened. To anybody: it may not be loaded yet, and the question is no secret.
    for (const frame of frames()) frame.contentWindow.postMessage({ type: ASK }, "*");
  }

  if (document.documentElement.hasAttribute("data-embed")) {
    if (window.parent !== window) inside();
  } else if (document.currentScript) {
    outside(new URL(document.currentScript.src).origin);
  }
})();
