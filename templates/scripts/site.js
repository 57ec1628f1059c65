/**
 * The overlay: what depends on the reader and the clock. All works without it. What only somebody
 * with a session needs is in mine.js.
 */

/** How long the shared page may not count my vote, or show my comment, yet. */
export const PENDING_MS = 120_000;
const VOTES_KEPT = 1000;
const SENDING_MS = 5000;
const UNIT_SECONDS = { year: 31_557_600, month: 2_629_800, day: 86_400, hour: 3600, minute: 60 };

export const one = (selector) => document.querySelector(selector);
export const all = (selector) => document.querySelectorAll(selector);
export const authorOf = (element) => element.closest("article").querySelector(".by")?.textContent;
export const nameNow = () => /(?:^|; )name=([\w-]+)/.exec(document.cookie)?.[1] ?? "";
export const me = nameNow();
export const votesKey = `votes:${me}`;
/** Nothing where nothing can be kept: it may be full, or forbidden. */
export const stored = (key, place = "localStorage") => {
  try {
    return JSON.parse(window[place][key] ?? null);
  } catch {
    return null;
  }
};
export const store = (key, value, place = "localStorage") => {
  try {
    window[place][key] = JSON.stringify(value);
  } catch {}
};

showTimes();
for (const name of ["sr", "title", "url", "dest"]) fillFromQuery(name);
tellDone();
me ? showName() : forget();
showVotes();
whenReturned(showVotes);
/** By fullname, of those on their way: the last vote that was accepted, once that is known. */
const sending = new Map();
document.onsubmit = (event) => {
  const form = event.target;
  const isNotMine = isStale();
  // What nobody has sent comes back with all that was typed, and a way to log in.
  const isSafe = !isNotMine || !nameNow();
  if (isSafe && !form.matches(".vote")) return sendOnce(event, form);
  event.preventDefault();
  if (isNotMine) startOver();
  else if (me) castVote(form, Number(event.submitter.value));
  else logIn();
};
/** If the page were loaded again, that would be lost, or sent. A refused form has it at once. */
let hasTyped = location.pathname.startsWith("/api/");
document.oninput = () => {
  hasTyped = true;
};

for (const type of ["pointerdown", "keydown"]) addEventListener(type, () => say(""));

/** A second press, before the answer is there, would post it twice. */
function sendOnce(event, form) {
  if (event.timeStamp - form.sentAt < SENDING_MS) {
    event.preventDefault();
    return say("That is being sent.");
  }
  form.sentAt = event.timeStamp;
  hasTyped = false;
  store("done", form.dataset.done ?? null, "sessionStorage");
}

/** What a form says of itself once it is accepted, where no page shows it. */
function tellDone() {
  const words = stored("done", "sessionStorage");
  store("done", null, "sessionStorage");
  const isAccepted = document.referrer.includes("/api/") && !location.pathname.startsWith("/api/");
  if (words && isAccepted) say(words);
}

function say(words) {
  one("#status").textContent = words;
}

function showTimes() {
  const ago = new Intl.RelativeTimeFormat("en", { style: "short" });
  for (const time of all("time")) {
    const date = new Date(time.dateTime);
    const seconds = (Date.now() - date) / 1000;
    const [unit, size] = Object.entries(UNIT_SECONDS).find(([, size]) => seconds >= size) ?? [];
    time.title = date.toLocaleString();
    time.textContent = unit ? ago.format(-Math.floor(seconds / size), unit) : "just now";
  }
}

function fillFromQuery(name) {
  const field = one(`main [name=${name}]`);
  if (field) field.value ||= new URLSearchParams(location.search).get(name);
}

function showName() {
  one("#me").innerHTML =
    `<a href="/me/inbox">inbox</a> <a href="/user/${me.toLowerCase()}"><b>${me}</b></a><form method=post action=/api/logout><button>log out</button></form>`;
  import("./mine.js");
}

/** Nothing of whoever was logged in stays in the browser. */
function forget() {
  for (const link of all('[href="/login"], [href="/register"]')) link.search = wayBack();
  try {
    localStorage.clear();
    sessionStorage.clear();
  } catch {}
}

/** Somebody else has logged in since, in another tab: what is sent from here would be theirs. */
function isStale() {
  return me && nameNow() !== me;
}

export function startOver() {
  if (hasTyped) say(`Not sent: you are not ${me} any more.`);
  else location.reload();
}

function wayBack() {
  const dest =
    one("main :not(.answer) > [name=dest]")?.value ?? location.pathname + location.search;
  return `?dest=${encodeURIComponent(dest)}`;
}

function logIn() {
  location.href = `/login${wayBack()}`;
}

/** Another tab has done something, or somebody comes back to the page as they left it. */
export function whenReturned(show) {
  addEventListener("storage", show);
  addEventListener("pageshow", ({ persisted }) => {
    if (!persisted) return;
    for (const form of document.forms) form.sentAt = NaN;
    if (nameNow() === me) show();
    else if (!hasTyped) location.reload();
  });
}

function showVotes() {
  const votes = readVotes();
  for (const form of all(".vote")) showVote(form, votes);
}

/** By fullname `{ dir, page, counted, at }`: my vote, the page's score, the vote in that. */
export function readVotes() {
  return new Map(stored(votesKey));
}

function keepVote(id, vote) {
  const votes = readVotes();
  votes.delete(id);
  store(votesKey, [...votes.set(id, vote)].slice(-VOTES_KEPT));
}

/** Authors vote for their own. */
function voteOf(form, votes = readVotes()) {
  const page = Number(form.querySelector("output").defaultValue);
  const vote = votes.get(form.id.value) ?? { dir: authorOf(form) === me ? 1 : 0 };
  const isPending = vote.page === page && performance.timeOrigin - vote.at < PENDING_MS;
  return isPending ? vote : { dir: vote.dir, page, counted: vote.dir };
}

export function showVote(form, votes) {
  const { dir, page, counted } = voteOf(form, votes);
  form.querySelector("output").value = page + dir - counted;
  for (const button of form.dir) button.ariaPressed = Number(button.value) === dir;
}

/** The active arrow withdraws the vote. */
async function castVote(form, pressed) {
  const id = form.id.value;
  const before = voteOf(form);
  const vote = { ...before, dir: pressed === before.dir ? 0 : pressed, at: Date.now() };
  keepVote(id, vote);
  showVote(form);
  const earlier = sending.get(id) ?? before;
  const problem = send("vote", { id, dir: vote.dir });
  const accepted = Promise.all([earlier, problem]).then(([last, why]) => (why ? last : vote));
  sending.set(id, accepted);
  const last = await accepted;
  if (sending.get(id) !== accepted) return;
  sending.delete(id);
  if (last === vote || readVotes().get(id)?.at !== vote.at) return;
  keepVote(id, last);
  showVote(form);
}

/** @returns what went wrong, which is shown; nothing when it was accepted */
export async function send(path, fields) {
  if (isStale()) {
    startOver();
    return "Not sent.";
  }
  let problem = "";
  try {
    const response = await fetch(`/api/${path}`, {
      method: "POST",
      headers: { accept: "application/json" },
      body: new URLSearchParams(fields),
      keepalive: true,
    });
    if (response.status === 401) logIn();
    if (!response.ok) {
      const { reason, seconds } = (await response.json()).error;
      const wait = seconds ? ` Try again in ${seconds} s.` : "";
      problem = `Not accepted: ${reason.replaceAll("_", " ")}.${wait}`;
    }
  } catch {
    problem = "Not sent: try again.";
  }
  say(problem);
  return problem;
}
