/** What the system refuses: told in a sentence, if it is about what the user has chosen. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { lockState } from "../build/lock.ts";
import { SystemError, toSystemError } from "../build/system-errors.ts";

const STATE = "/srv/cairn/state";
const INTERNAL = new Error("internal error; reference = maflfq9d84vc21e35tpvnr47");

function refused(code: string, syscall: string, path?: string): Error {
  const where = path === undefined ? {} : { path };
  return Object.assign(new Error(`${code}: …, ${syscall}`), { code, syscall, ...where });
}

describe("a refusal of the system", () => {
  it.each([
    [
      "in the state",
      refused("EACCES", "open", `${STATE}/cairn.lock`),
      "cairn.lock: this user has no",
    ],
    ["of the state", refused("ENOTDIR", "mkdir", STATE), `${STATE}: a part of it is a file`],
    ["above the state", refused("EROFS", "mkdir", "/srv/cairn"), "/srv/cairn: it can only be read"],
    [
      "beside a named file",
      refused("EACCES", "open", "/mnt/x.partial"),
      "/mnt/x.partial: this user",
    ],
    ["by a full disk", refused("ENOSPC", "write"), `write to ${STATE}: the disk is full`],
    ["by a full database", new Error("database or disk is full"), `${STATE}: the disk is full`],
    ["inside workerd, with nothing left", INTERNAL, `${STATE}: the disk is full`],
  ])("%s is told in a sentence", (_, error, sentence) => {
    const told = toSystemError(error, STATE, ["/mnt/x"], () => 40_000);
    expect(told).toBeInstanceOf(SystemError);
    expect((told as Error).message).toContain(sentence);
  });

  it.each([
    ["elsewhere", refused("EACCES", "open", "/etc/shadow")],
    ["of another folder of a like name", refused("EACCES", "open", `${STATE}2/x`)],
    ["that nobody expects", refused("EBADF", "close", STATE)],
    ["that is none", new TypeError("x is not a function")],
    ["inside workerd, with much left", INTERNAL],
  ])("%s stays what it is", (_, error) => {
    expect(toSystemError(error, STATE, ["/mnt/x"], () => 40_000_000)).toBe(error);
  });
});

describe("a state directory", () => {
  const directory = mkdtempSync(join(tmpdir(), "cairn-refused-"));
  afterAll(() => rmSync(directory, { recursive: true }));
  const file = join(directory, "file");
  writeFileSync(file, "");
  mkdirSync(join(directory, "taken", "cairn.lock"), { recursive: true });

  it.each([
    ["that is a file", file, `${file}: it is there already, and no folder`],
    ["below a file", join(file, "state"), `${join(file, "state")}: a part of it is a file`],
    ["with a folder for a lock", join(directory, "taken"), "cairn.lock: it is a folder"],
  ])("%s is named", async (_, stateDir, sentence) => {
    const error = await lockState(stateDir, "npm start").catch((thrown) => thrown);
    expect((toSystemError(error, stateDir, []) as Error).message).toContain(sentence);
  });
});
