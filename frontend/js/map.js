// The plan's map (Leaflet, no tiles, nobody else's server). Everything on it stands in the list below it as well, so nothing
// depends on this file. <div data-map="…geojson" data-map-words='{…}'> holds an image that this replaces.
//   data-map-comment="/lay-y-kien/…/gop-y"   places lead there
//   data-map-all                             shows the boundary too, however far away a layer lies from it
//   data-map-pick                            a press sets the pin of the form: inputs named longitude and latitude
import { Map as LeafletMap, GeoJSON, Marker, DivIcon, Control, LatLng, LayerGroup, Canvas, SVG } from "leaflet/dist/leaflet-src.esm.js";

const LINE = "#6b6b6b";
const PROJECT = "#9b1c1c";
const INK = "#1b1b1b";
const PLAIN = "#d9d9d9";
// More areas than this are painted on a canvas, which is quicker than one element each.
const MANY = 400;
// Codes are written on areas that have room, on so many at once.
const ROOM = [34, 18];
const LABELS = 150;
const calm = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
const english = document.documentElement.lang === "en";

const number = (value, digits) => value.toLocaleString(english ? "en" : "vi-VN", { minimumFractionDigits: digits, maximumFractionDigits: digits });
const place = (at) => `${number(at.lat, 5)}; ${number(at.lng, 5)}`;
const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
const query = (at) => `noi=${at.lat.toFixed(5)},${at.lng.toFixed(5)}`;

function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key in made && key !== "list") made[key] = value;
    else made.setAttribute(key, value);
  }
  made.append(...children.filter((child) => child !== null && child !== ""));
  return made;
}

function look(values, uses) {
  const colour = uses[values.code]?.colour || PLAIN;
  if (values.kind === "boundary") return { fill: false, color: INK, weight: 3, dashArray: "10 4 2 4", interactive: false };
  if (values.kind === "projects") return { fillColor: colour, fillOpacity: 0.75, color: PROJECT, weight: 2.5 };
  return { fillColor: colour, fillOpacity: 0.85, color: LINE, weight: 1 };
}

const pinIcon = (extra) => new DivIcon({ className: `ln-pin-marker ${extra}`, iconSize: [28, 28], iconAnchor: [14, 34] });

class PlanMap {
  constructor(box) {
    this.box = box;
    this.words = JSON.parse(box.dataset.mapWords);
    this.picking = "mapPick" in box.dataset;
    this.commentUrl = box.dataset.mapComment || "";
    this.still = box.querySelector("[data-map-still]");
    this.status = box.querySelector("[data-map-status]");
    this.link = box.querySelector("[data-map-go]");
    this.groups = {};
    if (this.picking) {
      const form = box.closest("form");
      this.inputs = { lng: form?.elements.longitude, lat: form?.elements.latitude };
    }
  }

  async start() {
    const response = await fetch(this.box.dataset.map, { credentials: "same-origin" });
    if (!response.ok) return;
    const data = await response.json();
    if (!data.features.length) return;
    this.uses = data.land_uses || {};
    this.makeMap(data);
    this.addTools(data);
    this.restore();
  }

  makeMap(data) {
    const holder = element("div", { className: "ln-map ln-map--live", role: "application", ariaLabel: this.words.label });
    this.still.replaceWith(holder);
    const areas = data.features.filter((feature) => feature.geometry.type !== "Point").length;
    this.map = new LeafletMap(holder, {
      attributionControl: false,
      zoomControl: false,
      zoomAnimation: !calm,
      fadeAnimation: !calm,
      markerZoomAnimation: !calm,
      inertia: !calm,
      scrollWheelZoom: false,
      zoomSnap: 0.5,
      maxZoom: 19,
      renderer: areas > MANY ? new Canvas({ padding: 0.3 }) : new SVG({ padding: 0.3 }),
    });
    // The wheel belongs to the page until somebody has turned to the map.
    holder.addEventListener("focusin", () => this.map.scrollWheelZoom.enable());
    holder.addEventListener("focusout", () => this.map.scrollWheelZoom.disable());
    // Below, so that they do not cover what a press opens above it.
    new Control.Scale({ imperial: false, maxWidth: 90, position: "bottomleft" }).addTo(this.map);
    new Control.Attribution({ prefix: false }).addAttribution(element("span", { textContent: this.words.notice }).outerHTML).addTo(this.map);
    new Control.Zoom({ zoomInTitle: this.words.zoom_in, zoomOutTitle: this.words.zoom_out, position: "bottomright" }).addTo(this.map);
    const plan = this.draw(data);
    this.home = plan.isValid() && !("mapAll" in this.box.dataset) ? plan : this.everything.getBounds();
    this.map.fitBounds(this.home, { animate: false, padding: [12, 12] });
    this.map.setMinZoom(Math.max(0, this.map.getZoom() - 1.5));
    this.map.setMaxBounds(this.home.pad(1));
    this.labels = new LayerGroup().addTo(this.map);
    this.map.on("moveend", () => this.writeCodes());
    this.writeCodes();
    this.map.on("click", (event) => this.pressed(event.latlng));
    this.map.on("popupopen", (event) => {
      const close = event.popup.getElement().querySelector(".leaflet-popup-close-button");
      close?.setAttribute("aria-label", this.words.close);
      close?.setAttribute("title", this.words.close);
    });
  }

  draw(data) {
    this.everything = new GeoJSON(null);
    const order = { boundary: 2, land_use: 0, projects: 1, comment: 3 };
    const layers = [...(data.layers || []), { id: "comments", kind: "comment", title: this.words.comments }];
    const plan = new GeoJSON(null);
    this.areas = [];
    for (const layer of layers.sort((a, b) => order[a.kind] - order[b.kind])) {
      const features = data.features.filter((feature) => (layer.kind === "comment" ? feature.properties.kind === "comment" : feature.properties.layer === layer.id));
      if (!features.length) continue;
      const group = new GeoJSON(features, {
        style: (feature) => look(feature.properties, this.uses),
        pointToLayer: (feature, at) => this.point(feature, at),
        onEachFeature: (feature, shape) => this.explain(feature, shape),
        interactive: !this.picking,
        bubblingMouseEvents: false,
      });
      group.addTo(this.map);
      this.groups[layer.id] = { group, ...layer, count: features.length };
      group.eachLayer((shape) => this.everything.addLayer(shape));
      if (layer.kind === "land_use" || layer.kind === "projects") group.eachLayer((shape) => plan.addLayer(shape));
    }
    return plan.getLayers().length ? plan.getBounds() : this.everything.getBounds();
  }

  point(feature, at) {
    const values = feature.properties;
    const title = values.kind === "comment" ? fill(this.words.comment_pin, values) : values.name || values.code || "";
    return new Marker(at, { icon: pinIcon(values.kind === "comment" ? "ln-pin-marker--comment" : ""), title, alt: title, keyboard: !this.picking, interactive: !this.picking });
  }

  explain(feature, shape) {
    const values = feature.properties;
    if (values.kind === "boundary") return;
    if (values.kind !== "comment" && shape.getBounds) this.areas.push({ shape, values });
    if (this.picking) return;
    shape.bindPopup((layer) => this.words_of(values, layer), { maxWidth: 240, minWidth: 180 });
    shape.on("click", (event) => {
      this.pressedAt = event.latlng;
    });
  }

  words_of(values, layer) {
    if (values.kind === "comment") {
      const url = `${this.box.dataset.mapComments}#${values.code}`;
      return element("div", {}, element("p", {}, element("strong", { textContent: values.title })), element("p", {}, element("a", { href: url, textContent: this.words.read })));
    }
    const use = this.uses[values.code];
    const head = [values.project, values.name].filter(Boolean).join(" – ") || values.code || "";
    const land = [values.code, use?.name].filter(Boolean).join(" – ");
    const at = this.pressedAt || (layer.getBounds ? layer.getBounds().getCenter() : layer.getLatLng());
    const go = values.project && values.kind === "projects" ? `cong-trinh=${encodeURIComponent(values.project)}` : query(at);
    return element(
      "div",
      {},
      element("p", {}, element("strong", { textContent: head })),
      land ? element("p", { textContent: land }) : null,
      values.ha ? element("p", { textContent: fill(this.words.area, { ha: number(values.ha, 2) }) }) : null,
      this.commentUrl ? element("p", {}, element("a", { href: `${this.commentUrl}?${go}`, textContent: this.words.comment })) : null,
    );
  }

  writeCodes() {
    this.labels.clearLayers();
    const written = [];
    const view = this.map.getBounds();
    for (const { shape, values } of [...this.areas].reverse()) {
      const text = values.kind === "projects" ? values.project || values.code : values.code;
      const bounds = shape.getBounds();
      if (!text || written.length >= LABELS || !view.intersects(bounds) || !this.map.hasLayer(shape)) continue;
      const low = this.map.latLngToContainerPoint(bounds.getSouthWest());
      const high = this.map.latLngToContainerPoint(bounds.getNorthEast());
      if (high.x - low.x < ROOM[0] || low.y - high.y < ROOM[1]) continue;
      const at = this.map.latLngToContainerPoint(bounds.getCenter());
      if (written.some((other) => Math.abs(other.x - at.x) < ROOM[0] && Math.abs(other.y - at.y) < ROOM[1])) continue;
      const name = values.kind === "projects" ? "ln-map__code ln-map__code--project" : "ln-map__code";
      const icon = new DivIcon({ className: name, html: element("span", { textContent: text }), iconSize: [0, 0] });
      new Marker(bounds.getCenter(), { icon, interactive: false, keyboard: false }).addTo(this.labels);
      written.push(at);
    }
  }

  /* ---- pin ------------------------------------------------------------------------------------------------- */
  pressed(at) {
    if (this.picking || this.commentUrl) this.setPin(at);
  }

  setPin(at) {
    const exact = new LatLng(Number(at.lat.toFixed(6)), Number(at.lng.toFixed(6)));
    if (this.pin) this.pin.setLatLng(exact);
    else {
      this.pin = new Marker(exact, { icon: pinIcon(""), title: this.words.pin, alt: this.words.pin, draggable: true, autoPan: true, zIndexOffset: 1000 });
      this.pin.on("dragend", () => this.setPin(this.pin.getLatLng()));
      this.pin.addTo(this.map);
    }
    this.tell(exact);
  }

  tell(at) {
    if (this.picking) {
      if (this.inputs.lng) this.inputs.lng.value = at ? at.lng.toFixed(6) : "";
      if (this.inputs.lat) this.inputs.lat.value = at ? at.lat.toFixed(6) : "";
    }
    this.status.textContent = at ? fill(this.words.pinned, { place: place(at) }) : this.words.unpinned;
    if (this.remove) this.remove.hidden = !at;
    if (this.link) {
      this.link.hidden = !at || !this.commentUrl;
      if (at) this.link.href = `${this.commentUrl}?${query(at)}`;
    }
  }

  removePin() {
    this.pin?.remove();
    this.pin = null;
    this.tell(null);
    this.middle.focus();
  }

  restore() {
    const lat = Number.parseFloat(this.inputs?.lat?.value);
    const lng = Number.parseFloat(this.inputs?.lng?.value);
    if (this.picking && Number.isFinite(lat) && Number.isFinite(lng)) {
      this.setPin(new LatLng(lat, lng));
      this.map.setView([lat, lng], Math.max(this.map.getZoom(), 15), { animate: false });
    }
  }

  /* ---- buttons --------------------------------------------------------------------------------------------- */
  addTools() {
    const tools = this.box.querySelector("[data-map-tools]");
    const button = (text, action) => element("button", { type: "button", className: "govuk-button govuk-button--secondary", textContent: text, onclick: action });
    tools.prepend(button(this.words.home, () => this.map.fitBounds(this.home, { animate: !calm, padding: [12, 12] })));
    if (this.picking || this.commentUrl) {
      this.remove = button(this.words.remove, () => this.removePin());
      this.remove.hidden = true;
      this.middle = button(this.words.middle, () => this.setPin(this.map.getCenter()));
      tools.prepend(this.middle, this.remove);
    }
    tools.hidden = false;
    const switches = this.box.querySelector("[data-map-layers]");
    const shown = Object.values(this.groups);
    if (!switches || shown.length < 2) return;
    for (const layer of shown) {
      const input = element("input", { type: "checkbox", checked: true });
      input.addEventListener("change", () => {
        if (input.checked) layer.group.addTo(this.map);
        else layer.group.remove();
        this.writeCodes();
      });
      switches.append(element("label", { className: "ln-check ln-map__switch" }, input, element("span", { textContent: layer.title })));
    }
    switches.hidden = false;
  }
}

for (const box of document.querySelectorAll("[data-map]")) {
  // Without its data the page keeps the image and the list.
  new PlanMap(box).start().catch(() => {});
}
