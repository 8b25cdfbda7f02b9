// Keeps the page as the bot says it is. Without this script the page asks for itself anew.

const board = document.querySelector("[data-live]");
const live = document.getElementById("live");
/** When nothing was heard for so long, the page says so. */
const SILENT = 15_000;

/** `12 s`, `12 min`, `3 h 10 min`, `2 days 4 h`, as the bot says it in chat. */
function span(seconds) {
  const [minutes, hours, days] = [60, 3600, 86400].map((it) => Math.floor(seconds / it));
  const rest = (value, unit) => (value ? ` ${value} ${unit}` : "");
  if (days) return `${days} ${days === 1 ? "day" : "days"}${days < 7 ? rest(hours % 24, "h") : ""}`;
  if (hours) return `${hours} h${rest(minutes % 60, "min")}`;
  return minutes ? `${minutes} min` : `${seconds} s`;
}

/** Counts on what says how long ago something was, by the bot's clock. */
let ahead = 0;
function countOn(root) {
  for (const element of root.querySelectorAll("time.age")) {
    const seconds = Math.max(0, Math.floor((Date.now() + ahead - new Date(element.dateTime)) / 1000));
    if (element.textContent !== span(seconds)) element.textContent = span(seconds);
    element.title = new Date(element.dateTime).toLocaleString();
  }
}

/** Moments as the reader's clock shows them. */
function localize(root) {
  countOn(root);
  for (const element of root.querySelectorAll("time:not(.age)")) {
    const at = new Date(element.dateTime);
    const isToday = at.toDateString() === new Date().toDateString();
    const day = isToday ? {} : { weekday: "short", day: "numeric", month: "short" };
    element.textContent = at.toLocaleString([], { ...day, hour: "2-digit", minute: "2-digit" });
    element.title = at.toLocaleString([], { dateStyle: "full", timeStyle: "long" });
  }
}

/** What tells a thing that can be focused from its neighbours, also in a newer version of its panel. */
const nameOf = (element) => element?.title || element?.getAttribute?.("href");

function replace({ id, html }) {
  let section = document.getElementById(id);
  if (!section) {
    section = Object.assign(document.createElement("section"), { id, className: "panel" });
    board.lastElementChild.append(section);
  }
  const focused = section.contains(document.activeElement) ? nameOf(document.activeElement) : null;
  // Drawn and escaped by the bot.
  section.innerHTML = html;
  localize(section);
  if (focused) [...section.querySelectorAll("a, button")].find((it) => nameOf(it) === focused)?.focus();
}

/** The number of alerts that nobody has yet is seen in the tab. */
function count() {
  const waiting = document.querySelectorAll("#alerts li.alert:not(.seen)").length;
  document.title = waiting ? `(${waiting}) Bellhop` : "Bellhop";
}

function say(text, kind) {
  live.textContent = text;
  live.className = kind;
}

function watch() {
  let heard = Date.now();
  const events = new EventSource(board.dataset.live);
  const on = (kind, act) => events.addEventListener(kind, (event) => act(JSON.parse(event.data)));
  // A button that is being pressed is not taken away below the finger.
  let isPressed = false;
  const waiting = new Map();
  addEventListener("pointerdown", () => (isPressed = true));
  for (const end of ["pointerup", "pointercancel", "blur"]) {
    addEventListener(end, () => setTimeout(() => {
      isPressed = false;
      waiting.forEach(replace);
      waiting.clear();
      count();
    }));
  }
  on("panel", (panel) => {
    if (isPressed) waiting.set(panel.id, panel);
    else replace(panel);
    count();
  });
  on("gone", ({ id }) => document.getElementById(id)?.remove());
  on("still", ({ at }) => {
    heard = Date.now();
    ahead = new Date(at) - heard;
    say("Live", "ok");
    live.title = new Date(at).toLocaleString();
  });
  on("over", () => {
    events.close();
    location.reload();
  });
  setInterval(() => {
    countOn(document);
    if (events.readyState === EventSource.CLOSED) location.reload();
    else if (Date.now() - heard > SILENT) {
      const since = new Date(heard).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", second: "2-digit" });
      say(`Not live since ${since}: trying again`, "failing");
    }
  }, 1_000);
}

localize(document);
if (location.hash === "#taken") {
  const notice = Object.assign(document.createElement("p"), { className: "taken", role: "status" });
  notice.textContent = "Taken. The answer comes as a direct message in chat.";
  board?.before(notice);
  history.replaceState(null, "", location.pathname);
  setTimeout(() => notice.remove(), 10_000);
}
if (board) {
  count();
  watch();
}
