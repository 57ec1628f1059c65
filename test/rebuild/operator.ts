/**
 * What operators do to a site that has run for a while, with the real commands' code: they import an
 * archive that knows some of the same people, places and threads, deploy with other settings, and
 * restore a backup beside the site.
 */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { exportSite } from "../../build/backup/export-site.ts";
import { openBackup } from "../../build/backup/read-backup.ts";
import { restoreRows } from "../../build/backup/restore-site.ts";
import { importFiles } from "../../build/import/import-files.ts";
import { everyPage } from "../../src/consumer/name-all.ts";
import { renderPages } from "../../src/consumer/prepare-pages.ts";
import type { CommentId, PostId } from "../../src/model/ids.ts";
import { STATUS_KEY } from "../../src/pages/status.ts";
import type { ContentDb } from "../../src/store/database.ts";
import type { Databases } from "../../src/store/facts.ts";
import { openReads } from "../../src/store/reads.ts";
import { openMemoryD1 } from "../memory/sqlite-d1.ts";
import { faultyD1, InjectedFault } from "./faults.ts";
import type { Random } from "./random.ts";
import { LINKS } from "./random-events.ts";
import { IMPORTED_VOTES, MARKS, PEOPLE, type Sent } from "./sent.ts";
import type { Operator } from "./sequence.ts";
import { rowDifferences, type StoredSite } from "./site-check.ts";

const AUTHORS = [...PEOPLE, ...PEOPLE, "DAN", "[deleted]", "Somebody_Else"];
/** How long ago it may have been, or how soon: some windows have it still, some begin or end with it. Seconds. */
const AGES = [-7200, -30, 10, 3599, 3601, 86_399, 604_800, 10_000_000, 400_000_000];
const LONG = 20_000;
/** Seconds since 1970 that no clock of ours shows: the first one, and what may be written of the last. */
const ODD_TIMES = [0, 1, 1_263_338_070.9, 253_402_300_799];
/** Of a call that kills an import: about every second one dies that may. */
const DEADLINESS = 0.06;
const ARCHIVES = ["Archive", "Archive2", "Archive3"];

export class FileOperator implements Operator {
  readonly #folder: string;
  readonly #accounts = openMemoryD1("accounts");
  /** Files whose import was killed, and not yet run again. */
  readonly #killed: string[] = [];
  #files = 0;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  static async open(): Promise<FileOperator> {
    return new FileOperator(await mkdtemp(join(tmpdir(), "cairn-operator-")));
  }

  async close(): Promise<void> {
    await rm(this.#folder, { recursive: true });
  }

  get isHalfway(): boolean {
    return this.#killed.length > 0;
  }

  /** Now and then it is killed, and run again sooner or later. */
  async import({ db }: StoredSite, random: Random, sent: Sent, nowMs: number): Promise<void> {
    if (random.chance(0.5)) await this.resume(db);
    const links = Array.from({ length: random.int(4) }, () => aLink(random, sent, nowMs));
    const comments = Array.from({ length: random.int(6) }, () => aComment(random, sent, nowMs));
    const file = join(this.#folder, `archive-${this.#files++}.ndjson`);
    await writeFile(
      file,
      [...links, ...comments].map((row) => `${JSON.stringify(row)}\n`).join(""),
    );
    const probability = random.chance(0.6) ? DEADLINESS : 0;
    try {
      await this.#import(faultyD1(db, { probability, random }), file);
    } catch (error) {
      if (!(error instanceof InjectedFault)) throw error;
      this.#killed.push(file);
    }
  }

  async resume(db: ContentDb): Promise<void> {
    for (const file of this.#killed.splice(0)) await this.#import(db, file);
  }

  async #import(db: ContentDb, file: string): Promise<void> {
    const { refused, read, commentsRead } = await importFiles({ db, accounts: this.#accounts }, [
      file,
    ]);
    if (refused > commentsRead) throw new Error(`${refused} rows of ${read} are refused`);
  }

  async restored(stored: StoredSite): Promise<readonly string[]> {
    const file = join(this.#folder, "backup.ndjson");
    const from = { content: stored.db, accounts: this.#accounts, journal: openMemoryD1("journal") };
    await exportSite(from, file, new Date(0));
    const into: Databases = {
      content: openMemoryD1(),
      accounts: openMemoryD1("accounts"),
      journal: openMemoryD1("journal"),
    };
    await restoreRows(into, await openBackup(file));
    const restored = { ...stored, db: into.content };
    const [was, is] = [await renderedOf(stored), await renderedOf(restored)];
    const keys = [...new Set([...was.keys(), ...is.keys()])];
    // Somebody may be leaving, slice by slice.
    const underWay = new Set(await rowDifferences(stored.db));
    const rows = await rowDifferences(into.content);
    return [
      ...keys
        .filter((key) => was.get(key) !== is.get(key))
        .map((key) => `restored: ${key} differs`),
      ...rows.filter((each) => !underWay.has(each)).map((each) => `restored: ${each}`),
    ];
  }
}

async function renderedOf({ db, config }: StoredSite): Promise<Map<string, string>> {
  const keys: string[] = [];
  for await (const { key } of everyPage(openReads(db))) {
    // Cron's next report is the restored site's own.
    if (key !== STATUS_KEY) keys.push(key);
  }
  const pages = await renderPages({ db, config }, keys);
  return new Map([...pages].map(([key, page]) => [key, JSON.stringify(page)]));
}

/** Some are imported again, and stay as they are. */
function aLink(random: Random, sent: Sent, nowMs: number) {
  const id = anImportedId("p", random);
  const author = random.pick(AUTHORS);
  sent.posts.push({ id: id as PostId, by: senderOf(author) });
  const isLink = random.chance(0.7);
  return {
    ...common(random, id, author, nowMs),
    subreddit: random.pick(random.chance(0.8) ? sent.communities : ARCHIVES),
    title: `Stone ${MARKS.title}${id} <&>`,
    url: isLink ? random.pick(LINKS) : "self",
    selftext: isLink ? "" : random.pick(["", `*text* of ${MARKS.text}${id}`, "y".repeat(LONG)]),
    is_self: !isLink,
    over_18: random.chance(0.3),
  };
}

/** Its parent may be of another thread, or nowhere. */
function aComment(random: Random, sent: Sent, nowMs: number) {
  const id = anImportedId("c", random);
  const author = random.pick(AUTHORS);
  const above = sent.comments.length > 0 && random.chance(0.6) ? random.pick(sent.comments) : null;
  const post = above?.post ?? random.pick(sent.posts).id;
  sent.comments.push({ id: id as CommentId, post, by: senderOf(author) });
  return {
    ...common(random, id, author, nowMs),
    link_id: `t3_${post}`,
    parent_id: above ? `t1_${above.id}` : `t3_${post}`,
    body: `**said** ${MARKS.text}${id}`,
  };
}

/** So few that many are imported again. What begins so is imported, and nothing else: site-check knows it by that. */
function anImportedId(kind: "p" | "c", random: Random): string {
  return `im${kind}${random.int(IMPORTED_VOTES.length)}`;
}

/** Who may try to act as the author: nobody is called `[deleted]`, and names are as they registered. */
function senderOf(author: string): string {
  return author === "[deleted]" ? "ann" : author === "DAN" ? "dan" : author;
}

function common(random: Random, id: string, author: string, nowMs: number) {
  const now = Math.floor(nowMs / 1000);
  const created_utc = random.chance(0.2) ? random.pick(ODD_TIMES) : now - random.pick(AGES);
  const { ups, downs } = IMPORTED_VOTES[Number(id.at(-1))] ?? IMPORTED_VOTES[0];
  return { id, author, created_utc, ups, downs, score: ups - downs };
}
