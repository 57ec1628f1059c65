/** The overlay: what depends on the reader and the clock. Everything works without it. */

/** How long the shared page may not count my vote yet. */
const PENDING_MS = 120_000;
const VOTES_KEPT = 1000;
const UNIT_SECONDS = { year: 31_557_600, month: 2_629_800, day: 86_400, hour: 3600, minute: 60 };

const ago = new Intl.RelativeTimeFormat("en");
const me = decodeURIComponent(/(?:^|; )name=([^;]*)/.exec(document.cookie)?.[1] ?? "");
const votesKey = `votes:${me}`;
const all = (selector) => document.querySelectorAll(selector);
const byId = (id) => document.getElementById(id);

showTimes();
setInterval(showTimes, 60_000);
for (const details of all("[data-author]")) details.hidden = details.dataset.author !== me;
fillFromQuery("sr", /./);
fillFromQuery("dest", /^\/(?![/\\])/);
if (me) showName();
else for (const link of all("#me a, .form a")) link.search = backHere();
for (const form of all(".vote")) showVote(form);
document.addEventListener("submit", (event) => {
  if (!event.target.matches(".vote")) return;
  event.preventDefault();
  if (me) castVote(event.target, Number(event.submitter.value));
  else logIn();
});

function showTimes() {
  for (const time of all("time")) {
    const date = new Date(time.dateTime);
    const seconds = (Date.now() - date) / 1000;
    const [unit, size] = Object.entries(UNIT_SECONDS).find(([, size]) => seconds >= size) ?? [];
    time.title = date.toLocaleString();
    time.textContent = unit ? ago.format(-Math.floor(seconds / size), unit) : "just now";
  }
}

function fillFromQuery(name, allowed) {
  const value = new URLSearchParams(location.search).get(name);
  const field = document.querySelector(`main [name=${name}]`);
  if (field && !field.value && allowed.test(value ?? "")) field.value = value;
}

function showName() {
  byId("me").innerHTML =
    '<b></b><form method="post" action="/api/logout"><button>log out</button></form>';
  byId("me").firstChild.textContent = me;
}

/** The way back from logging in. */
function backHere() {
  const dest = document.querySelector("main [name=dest]");
  return `?dest=${encodeURIComponent(dest ? dest.value : location.pathname + location.search)}`;
}

function logIn() {
  location.assign(`/login${backHere()}`);
}

/** Fullname → `{ dir, page, counted, at }`: my vote, the page's score, the vote in that score. */
function readVotes() {
  return new Map(me ? JSON.parse(localStorage.getItem(votesKey)) : null);
}

function keepVote(id, vote) {
  const votes = readVotes();
  votes.delete(id);
  votes.set(id, vote);
  localStorage.setItem(votesKey, JSON.stringify([...votes].slice(-VOTES_KEPT)));
}

/** Authors have voted for their own. */
function voteOf(form) {
  const page = Number(form.querySelector("output").defaultValue);
  const author = form.closest("article").querySelector(".by").textContent;
  const vote = readVotes().get(form.elements.id.value) ?? { dir: author === me ? 1 : 0 };
  const isPending = vote.page === page && performance.timeOrigin - vote.at < PENDING_MS;
  return isPending ? vote : { dir: vote.dir, page, counted: vote.dir };
}

function showVote(form) {
  const { dir, page, counted } = voteOf(form);
  form.querySelector("output").value = page + dir - counted;
  for (const button of form.querySelectorAll("button")) {
    button.ariaPressed = Number(button.value) === dir;
  }
}

/** Pressing the active arrow again withdraws the vote. */
async function castVote(form, pressed) {
  const id = form.elements.id.value;
  const before = voteOf(form);
  const vote = { ...before, dir: pressed === before.dir ? 0 : pressed, at: Date.now() };
  keepVote(id, vote);
  showVote(form);
  const problem = await sendVote({ id, dir: vote.dir });
  byId("status").textContent = problem;
  if (!problem || readVotes().get(id).at !== vote.at) return;
  keepVote(id, before);
  showVote(form);
}

/** @returns why it was not accepted, or nothing */
async function sendVote(fields) {
  try {
    const response = await fetch("/api/vote", {
      method: "POST",
      headers: { accept: "application/json" },
      body: new URLSearchParams(fields),
      keepalive: true,
    });
    if (response.ok) return "";
    if (response.status === 401) logIn();
    const { reason, seconds } = (await response.json()).error;
    const wait = seconds ? `; try again in ${seconds} seconds` : "";
    return `Vote not accepted: ${reason.replaceAll("_", " ")}${wait}.`;
  } catch {
    return "Vote not sent: try again.";
  }
}
