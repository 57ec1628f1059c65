/** The overlay of somebody with a session: their inbox, marks, menus, and what they just said. */
import {
  all,
  authorOf,
  me,
  nameNow,
  one,
  PENDING_MS,
  readVotes,
  send,
  showVote,
  startOver,
  store,
  stored,
  votesKey,
  whenReturned,
} from "./site.js";

/** How old the documents about me may be here: the first a minute more than it is on the site. */
const OVERLAY_MS = 660_000;
const UNREAD_MS = 60_000;

const saidKey = `said:${me}`;
const changedKey = `changed:${me}`;
/** Of this tab: the list of its last form, and what to add once that was accepted. */
const sentKey = `sent:${me}`;
const doneKey = `done:${me}`;
/** Of this tab: the comment that was accepted last. */
const acceptedKey = `accepted:${me}`;
/** Of this tab: the thing whose menu was opened, or that was answered, last, and how it begins. */
const aboutKey = `about:${me}`;
const ownKey = `own:${me}`;
/** What I saved and hid, what I have not read, and when that was asked for. */
const own = { at: 0, unreadAt: 0, unread: 0, saved: [], hidden: [], ...stored(ownKey) };

const marked = noteSent();
const asked = showMine();
if (marked) asked.then(() => noteMark(marked));
showAbout();
emptyAccepted();
fillText();
whenReturned(() => {
  emptyAccepted();
  Object.assign(own, stored(ownKey));
  showChanged();
  showOwn();
});
document.addEventListener("submit", ({ target: form, defaultPrevented }) => {
  if (defaultPrevented) return;
  const fields = fieldsOf(form);
  const { id, thing_id, text } = fields;
  const done = (words) => [doneKey, { id: id ?? thing_id, words }];
  const path = form.getAttribute("action");
  const mark = /(save|hide)$/.test(path) && [ownKey, { id, act: path.slice("/api/".length) }];
  const act = {
    "/api/comment": [saidKey, fields],
    "/api/del": [changedKey, { id }],
    "/api/editusertext": [changedKey, { id: thing_id, text }],
    "/api/report": done("reported"),
    "/api/remove": done("removal sent"),
    "/api/approve": done("approval sent"),
    "/api/lock": done("lock sent"),
    "/api/unlock": done("unlock sent"),
  }[path];
  if (act || mark) store(sentKey, act ?? mark, "sessionStorage");
});
document.onclick = (event) => {
  const link = event.target;
  const form = one(".answer");
  if (event.ctrlKey || event.metaKey || event.shiftKey) return;
  const isReply = link.matches(".reply");
  if (isReply && form) openForm(link, form.cloneNode(true));
  else if (link.matches(".more")) openMenu(link);
  else if (link.name === "mark") mark(link);
  else {
    if (isReply) keepAbout(link.closest("article").id);
    return;
  }
  event.preventDefault();
};

/**
 * What is refused is answered where it was sent; whatever is accepted leads elsewhere.
 * @returns what was saved or hidden, which is not kept by time
 */
function noteSent() {
  const [key, act] = stored(sentKey, "sessionStorage") ?? [];
  store(sentKey, null, "sessionStorage");
  const isRefused = location.pathname.startsWith("/api/");
  if (!key || isRefused) return null;
  if (key === saidKey) store(acceptedKey, act.text, "sessionStorage");
  if (key === ownKey) return act;
  store(key, [...recent(key), { ...act, at: Date.now() }]);
  return null;
}

/** Whoever goes back finds forms as they left them: what was accepted would be said twice. */
function emptyAccepted() {
  const accepted = stored(acceptedKey, "sessionStorage");
  for (const { text } of all('main [action="/api/comment"]')) {
    if (accepted && text.value === accepted) text.value = text.defaultValue;
  }
}

function fieldsOf(form) {
  return Object.fromEntries(new FormData(form));
}

async function showMine() {
  showSaid();
  showChanged();
  showOwn();
  const now = Date.now();
  const inbox = one("#read");
  // What is on its way may have been refused, which the inbox says.
  const isOnItsWay = [saidKey, changedKey, doneKey].some((key) => recent(key).length);
  // Of what is being published, or is not there, the inbox may say why.
  const isAbout = one('main p [href="/me/inbox"]');
  const isOld = inbox || isOnItsWay || isAbout || now - own.unreadAt > UNREAD_MS;
  if (isOld) keep({ ...(await ask("unread")), unreadAt: now });
  if (now - own.at > OVERLAY_MS) {
    const { votes, ...marks } = await ask("overlay");
    if (votes) mergeVotes(votes, now);
    keep({ ...marks, at: votes ? now : now - OVERLAY_MS + UNREAD_MS });
  }
  if (inbox) {
    for (const line of [...all("main > ol > li")].slice(0, own.unread)) showNew(line);
    if (own.unread) await send("read_all_messages", fieldsOf(inbox));
    keep({ unread: 0 });
  }
  showOwn();
}

function showNew(line) {
  line.className = "unread";
  line.querySelector(".facts").insertAdjacentHTML("afterbegin", "<b>new</b> · ");
}

/** Beside what other tabs have kept since this one was opened. */
function keep(changed) {
  Object.assign(own, stored(ownKey), changed);
  store(ownKey, own);
}

/** Nothing when it cannot be had: the overlay is the least important part of a page. */
async function ask(name) {
  const response = await fetch(`/me/${name}.json`).catch(() => null);
  if (response?.redirected) endSession();
  return response?.ok && !response.redirected ? response.json().catch(() => ({})) : {};
}

/** A new password elsewhere has ended it: only the name is left of it here. */
async function endSession() {
  await window.cookieStore?.delete("name");
  if (!nameNow()) startOver();
}

function showOwn() {
  one("#me a").textContent = own.unread ? `inbox (${own.unread})` : "inbox";
  if (!one("ol") || /^.(me|user)\b/.test(location.pathname)) return;
  for (const form of all("li .vote")) {
    form.closest("li").hidden = own.hidden.includes(form.id.value);
  }
}

/** What I did just now, with the time as `at`. */
function recent(key) {
  return [stored(key) ?? []].flat().filter(({ at }) => Date.now() - at < PENDING_MS);
}

/** Comments that the page does not have yet; the answer to the form of the last one says its id. */
function showSaid() {
  const said = recent(saidKey);
  const last = said.at(-1);
  if (last) last.id ||= /^#(t1_\w+)$/.exec(location.hash)?.[1] ?? "";
  // Once one was published, it is not said again: it may have been deleted since.
  const coming = said.filter(({ id }) => !document.getElementById(id));
  store(saidKey, coming);
  for (const each of coming) if (each.id) showComing(each);
}

/**
 * Below what it answers, with the way to where it is once that is elsewhere; at the top of the page
 * that it led to, or of its thread; on other pages nowhere.
 */
function showComing({ id, link, parent, text }) {
  const answered = document.getElementById(parent)?.querySelector("details");
  const isTop = parent === link || location.hash === `#${id}`;
  const place = answered ?? (isTop && (one("#comments") ?? one(".answer")));
  if (!place || !isThreadOf(link)) return;
  const line = document.createElement("article");
  line.id = id;
  const on = answered
    ? answered.querySelector(":scope > [href^='/comments'], :scope > p > [href^='/comments']")
    : one(".pager a");
  const state = on ? `<a href="${on.pathname}#${id}">continued there</a>` : "being published";
  line.innerHTML = `<p class=facts><span class=by>${me}</span> · ${state}</p><div class=text dir=auto></div>`;
  showTyped(line.lastChild, text);
  answered ? place.append(line) : place.after(line);
}

/** What I deleted and edited, as `{ id, text }`; without a text it is deleted. */
function showChanged() {
  const last = new Map(recent(changedKey).map(({ id, text }) => [id, text]));
  for (const [id, text] of last) {
    if (isOthers(id)) continue;
    text === undefined ? showDeleted(id) : showEdited(id, text);
  }
  for (const each of recent(doneKey)) showDone(each);
}

/** Beside the menu, or the queue's buttons: a page says it later, or to nobody who did it. */
function showDone({ id, words }) {
  const links = [...all(".more")].filter(({ search }) => search.endsWith(`=${id}`));
  // Among what was removed last, a removal is done.
  const isWaiting = words === "removal sent" ? ":has(+ form)" : "";
  const buttons = all(`[action="/api/approve"]:has([value="${id}"])${isWaiting}`);
  for (const place of [...links, ...buttons]) {
    const said = place.previousElementSibling;
    if (said?.matches(".done")) said.remove();
    place.insertAdjacentHTML("beforebegin", `<span class=done>${words} · </span>`);
  }
}

/** Somebody else's, as far as the page knows: that will be refused. */
function isOthers(id) {
  const vote = [...all("article .vote")].find((form) => form.id.value === id);
  const place = document.getElementById(id) ?? vote;
  return place && ![me, undefined].includes(authorOf(place));
}

/** Where a page does not know it yet. */
function showDeleted(id) {
  const words = "Deleted: that is being published.";
  if (isThreadOf(id)) {
    for (const each of all("main > :is(.entry, .text, .answer)")) each.remove();
    one("main").insertAdjacentHTML("afterbegin", `<p class=empty>${words}</p>`);
  }
  const place = textOf(id);
  if (place) place.textContent = words;
  for (const form of all("li .vote")) if (form.id.value === id) form.closest("li").remove();
}

/** Where a page does not have it yet: as it was written. */
function showEdited(id, text) {
  const place = textOf(id);
  const letters = (each) => each.replace(/[^\p{L}\p{N}]/gu, "");
  if (!place || letters(place.textContent) === letters(text)) return;
  showTyped(place, text);
  if (place.previousElementSibling?.matches(".coming")) return;
  place.insertAdjacentHTML("beforebegin", '<p class="facts coming">being published</p>');
}

/** Only the site knows Markdown; lines and paragraphs stay apart. */
function showTyped(place, text) {
  place.textContent = text;
  place.style.whiteSpace = "pre-wrap";
}

function isThreadOf(id) {
  return one(`.answer [name=link][value="${id}"]`);
}

/** Of a comment, in a thread or a list, or of the post whose thread this is. */
function textOf(id) {
  if (isThreadOf(id)) return one("main > .text");
  return document.getElementById(id)?.querySelector(":scope > details > .text, :scope > .text");
}

/** For the page that its link or its menu leads to. */
function keepAbout(id, place = textOf(id)) {
  const [words] = place?.textContent.trim().match(/^.{1,99}/) ?? [];
  store(aboutKey, { id, words: words && `“${words}”` }, "sessionStorage");
}

/** A form names a thing by its id; whoever comes from the thing sees which it is. */
function showAbout() {
  const field = one("main :is([name=id], [name=thing_id], [name=parent])");
  const { id, words } = stored(aboutKey, "sessionStorage") ?? {};
  if (!location.pathname.startsWith("/api/") || !field || field.value !== id) return;
  one("h1").insertAdjacentHTML("afterend", "<p class=note dir=auto></p>");
  one("h1 + p").textContent = words;
}

/** What is to be edited, as it was written: its thread, or the list that somebody comes from, has it as JSON. */
async function fillText() {
  const form = one("main [action='/api/editusertext']");
  if (!form) return;
  const id = form.thing_id.value;
  const isPost = id[1] === "3";
  const list = form.dest.value.split(/[?#]/)[0];
  // Of what was removed only my own lists have the text; of a long one other lists have a part.
  const paths = isPost ? [`/comments/${id.slice(3)}`, /^.me\b/.test(list) && list] : [list];
  let text = recent(changedKey).findLast((each) => each.id === id)?.text;
  const take = (_, value) => {
    if (value?.name === id && [me, undefined].includes(value.author)) {
      text ??= value.body ?? value.selftext;
    }
    return value;
  };
  // Nobody empties what they have not seen.
  form.text.required = true;
  for (const path of paths) {
    if (text !== undefined || !path) continue;
    try {
      JSON.parse(await (await fetch(`${path}.json`)).text(), take);
    } catch {}
  }
  form.text.required = !isPost || text === undefined;
  form.text.value ||= text ?? "";
}

function openForm(link, form) {
  const open = link.parentElement.nextElementSibling;
  if (open?.matches(".answer")) return open.text.focus();
  form.onreset = () => {
    form.remove();
    link.focus();
  };
  form.onkeydown = ({ key }) => {
    if (key === "Escape" && !form.text.value) form.reset();
  };
  form.hidden = false;
  link.parentElement.after(form);
  form.text.value = "";
  form.text.focus();
  form.parent.value = link.closest("article").id;
  const dest = new URLSearchParams(link.search).get("dest");
  form.dest?.remove();
  if (dest) form.insertAdjacentHTML("beforeend", "<input type=hidden name=dest>");
  if (dest) form.dest.value = dest;
}

/** What one can do with a thing, in place of the link to the page that says so. */
function openMenu(link) {
  const id = new URL(link.href).searchParams.get("id");
  const button = (list, act) =>
    `<button name=mark value=${id}>${own[list].includes(id) ? "un" : ""}${act}</button> `;
  const form = (path, field, label) => `<a href="/api/${path}?${field}=${id}">${label}</a> `;
  const line = link.parentElement;
  const title = link.closest("article").querySelector(".title");
  const isText = id[1] === "1" || title?.host === location.host;
  keepAbout(id, id[1] === "1" ? textOf(id) : title);
  link.outerHTML =
    button("saved", "save") +
    (id[1] === "3" ? button("hidden", "hide") : "") +
    // Where no author is named, all is one's own.
    ([me, undefined].includes(authorOf(link))
      ? (isText ? form("editusertext", "thing_id", "edit") : "") + form("del", "id", "delete")
      : form("report", "thing_id", "report")) +
    form("thing", "id", "more");
  line.querySelector("[name=mark]").focus();
}

async function mark(button) {
  const id = button.value;
  const act = button.textContent;
  if (await send(act, { id })) return;
  // An answer to what was asked before knows nothing of it.
  await asked;
  button.textContent = act.startsWith("un") ? act.slice(2) : `un${act}`;
  noteMark({ id, act });
  // What had the focus is hidden now.
  let next = button.closest("[hidden]");
  if (!next) return;
  while (next?.hidden) next = next.nextElementSibling;
  (next ?? one("main")).querySelector("a").focus();
}

/** The document may not know it yet. */
function noteMark({ id, act }) {
  const list = act.endsWith("save") ? "saved" : "hidden";
  keep({});
  const others = own[list].filter((each) => each !== id);
  keep({ [list]: act.startsWith("un") ? others : [id, ...others], at: Date.now() });
  showOwn();
}

/** What the site knows of my votes, in other browsers too; the latest are known better here. */
function mergeVotes(votes, now) {
  const here = [...readVotes()].filter(([, { at }]) => now - at < 2 * OVERLAY_MS);
  const there = Object.entries(votes).map(([id, dir]) => [id, { dir }]);
  store(votesKey, [...new Map([...there.reverse(), ...here])]);
  for (const form of all(".vote")) showVote(form, readVotes());
}
