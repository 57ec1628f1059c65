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
import type { Databases } from "../../src/store/facts.ts";
import { openReads } from "../../src/store/reads.ts";
import { openMemoryD1 } from "../memory/sqlite-d1.ts";
import type { Random } from "./random.ts";
import { LINKS } from "./random-events.ts";
import { MARKS, PEOPLE, type Sent } from "./sent.ts";
import type { Operator } from "./sequence.ts";
import { rowDifferences, type StoredSite } from "./site-check.ts";

const AUTHORS = [...PEOPLE, ...PEOPLE, "DAN", "[deleted]", "Somebody_Else"];
/** How long ago it may have been: some windows have it still, some begin or end with it. Seconds. */
const AGES = [10, 3599, 3601, 86_399, 604_800, 10_000_000, 400_000_000];
const LONG = 20_000;
/** So few that many are imported again, from another place or time. */
const IMPORTED_IDS = 5;
const ARCHIVES = ["Archive", "Archive2", "Archive3"];

export class FileOperator implements Operator {
  readonly #folder: string;
  readonly #accounts = openMemoryD1("accounts");

  private constructor(folder: string) {
    this.#folder = folder;
  }

  static async open(): Promise<FileOperator> {
    return new FileOperator(await mkdtemp(join(tmpdir(), "cairn-operator-")));
  }

  async close(): Promise<void> {
    await rm(this.#folder, { recursive: true });
  }

  async import({ db }: StoredSite, random: Random, sent: Sent, nowMs: number): Promise<void> {
    const links = Array.from({ length: random.int(4) }, () => aLink(random, sent, nowMs));
    const comments = Array.from({ length: random.int(6) }, () => aComment(random, sent, nowMs));
    const file = join(this.#folder, "archive.ndjson");
    await writeFile(
      file,
      [...links, ...comments].map((row) => `${JSON.stringify(row)}\n`).join(""),
    );
    const { refused } = await importFiles({ db, accounts: this.#accounts }, [file]);
    if (refused > comments.length) throw new Error(`${refused} rows are refused`);
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

/** What begins so is imported, and nothing else: site-check knows it by that. */
function anImportedId(kind: "p" | "c", random: Random): string {
  return `im${kind}${random.int(IMPORTED_IDS).toString(36)}`;
}

/** Who may try to act as the author: nobody is called `[deleted]`, and names are as they registered. */
function senderOf(author: string): string {
  return author === "[deleted]" ? "ann" : author === "DAN" ? "dan" : author;
}

/** Imported votes are numbers without rows: as many as the id is long. */
function common(random: Random, id: string, author: string, nowMs: number) {
  const created_utc = Math.floor(nowMs / 1000) - random.pick(AGES);
  return { id, author, created_utc, ups: id.length, downs: 1, score: id.length - 1 };
}
