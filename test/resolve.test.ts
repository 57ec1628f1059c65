/** From a request's address to a key: the reader's only decision. */
import { describe, expect, it } from "vitest";
import { pageToken } from "../src/pages/key.ts";
import { resolve } from "../src/reader/resolve.ts";

/** 253 characters. */
const LONGEST_HOST = `${`${"x".repeat(60)}.`.repeat(4)}example.c`;

function resolved(address: string) {
  return resolve(new URL(`https://cairn.example${address}`));
}

describe("an address", () => {
  it.each([
    ["/", "/", "default"],
    ["/.json", "/", "json"],
    ["/new/12", "/new/12", "default"],
    ["/r/programming.json", "/r/programming", "json"],
    ["/r/programming/.json", "/r/programming", "json"],
    ["/r/programming/comments/aouv5/new_approach", "/comments/aouv5", "default"],
    ["/r/programming/comments/aouv5", "/comments/aouv5", "default"],
    ["/comments/aouv5.json", "/comments/aouv5", "json"],
    ["/r/Programming/comments/aouv5.json", "/comments/aouv5", "json"],
    ["/r/programming/comments/aouv5/.rss", "/comments/aouv5", "atom"],
    ["/r/programming/comments/aouv5/New_Approach.json", "/comments/aouv5", "json"],
    ["/R/Programming/.json", "/r/programming", "json"],
    ["/user/Ann.json", "/user/ann", "json"],
    ["/r/all.json", "/", "json"],
    ["/r/Popular/hot/.json?limit=100", "/", "json"],
    [`/r/all/.json?after=${pageToken("/hot/2")}`, "/hot/2", "json"],
    ["/r/all/comments/aouv5/slug", "/comments/aouv5", "default"],
    ["/r/allotment.json", "/r/allotment", "json"],
    ["/u/Ann/.rss", "/user/ann", "atom"],
    ["/r/%6cinux.json", "/r/linux", "json"],
    ["/r/x/comments/aouv5/w%C3%B6lfe", "/comments/aouv5", "default"],
    ["/r/x/comments/aouv5/w%c3%b6lfe", "/comments/aouv5", "default"],
    [`/r/x/.json?after=${pageToken("/r/x/hot/2")}`, "/r/x/hot/2", "json"],
    [`/R/X/?after=${pageToken("/r/x/hot/2")}`, "/r/x/hot/2", "default"],
    [`/r/x/hot/3.json?before=${pageToken("/r/x/hot/2")}`, "/r/x/hot/2", "json"],
    [`/comments/-/3.json?before=${pageToken("/comments/-/4")}`, "/comments/-/4", "json"],
    ["/comments/-/3", "/comments/-/3", "default"],
    [`/r/x/hot/3.json?after=&before=${pageToken("/r/x/hot/2")}`, "/r/x/hot/2", "json"],
    [`/r.json?after=${pageToken("/r/-/2")}`, "/r/-/2", "json"],
    [`/subreddits.json?after=${pageToken("/r/-/2")}`, "/r/-/2", "json"],
    [`/r/-/2.json?before=${pageToken("/r")}`, "/r", "json"],
    [`/r/x/about/log.json?after=${pageToken("/r/x/about/log/1")}`, "/r/x/about/log/1", "json"],
    [`/?sort=new&after=${pageToken("/new/7")}`, "/new/7", "default"],
    [`/top.json?after=${pageToken("/top/all/2")}`, "/top/all/2", "json"],
    ["/hot.json", "/", "json"],
    ["/u/ann.rss", "/user/ann", "atom"],
    ["/?utm_source=x", "/", "default"],
    [`/new.json?before=${pageToken("/new/7")}`, "/new/7", "json"],
    ["/?t=day", "/", "default"],
    ["/top/decade", "/top/decade", "default"],
    [`/r/x/top.json?t=day&after=${pageToken("/r/x/top/day/2")}`, "/r/x/top/day/2", "json"],
    ["/r/x/controversial/2", "/r/x/controversial/2", "default"],
    ["/domain/example.com", "/domain/example.com", "default"],
    ["/domain/example.com.json", "/domain/example.com", "json"],
    ["/domain/example.com/.json", "/domain/example.com", "json"],
    ["/domain/example.com/new/2.rss", "/domain/example.com/new/2", "atom"],
    ["/domain/203.0.113.7", "/domain/203.0.113.7", "default"],
    [`/domain/${LONGEST_HOST}/hot/32`, `/domain/${LONGEST_HOST}/hot/32`, "default"],
    ["/domain/co.uk", "/domain/co.uk", "default"],
    [
      `/domain/${LONGEST_HOST}.json?after=${pageToken(`/domain/${LONGEST_HOST}/hot/2`)}`,
      `/domain/${LONGEST_HOST}/hot/2`,
      "json",
    ],
    ["/duplicates/aouv5.json", "/duplicates/aouv5", "json"],
    ["/duplicates/aouv5/some_slug/.json", "/duplicates/aouv5", "json"],
    ["/domain/www.example.com/new/3.json", "/domain/example.com/new/3", "json"],
  ])("%s is the page %s as %s", (address, key, representation) => {
    expect(resolved(address)).toEqual({
      type: "page",
      key,
      part: null,
      representation,
      sort: null,
      instead: null,
    });
  });

  it.each([
    ["/user/ann/submitted.rss", "/user/ann", "/submitted", "atom"],
    ["/user/ann/comments", "/user/ann", "/comments", "default"],
    ["/domain/example.com/new", "/domain/example.com", "/new", "default"],
    [
      `/domain/www.example.com/new.json?before=${pageToken("/domain/example.com/new")}`,
      "/domain/example.com",
      "/new",
      "json",
    ],
    ["/user/ann/submitted/2", "/user/ann/submitted/2", null, "default"],
    ["/r/reddit.com/new.rss", "/r/reddit.com", "/new", "atom"],
    ["/new?utm_source=x", "/", "/new", "default"],
    ["/r/x/top.json?t=all", "/r/x", "/top/all", "json"],
    ["/r/X/top.json?t=year&limit=100", "/r/x/top/day", "/top/year", "json"],
    ["/user/Ann/Submitted.json", "/user/ann", "/submitted", "json"],
    ["/top/week?t=day", "/top/day", "/top/week", "default"],
    [`/r/X/top/day/2.json?after=${pageToken("/r/x/top/day/3")}`, "/r/x/top/day/2", "/3", "json"],
    [
      `/u/Ann/comments.json?before=${pageToken("/user/ann/comments")}`,
      "/user/ann",
      "/comments",
      "json",
    ],
    [`/.json?after=${pageToken("/hot/40")}`, "/hot/32", "/40", "json"],
    ["/r/x/new/1", "/r/x/new/1", null, "default"],
  ])("%s is stored with %s as its part %s, as %s", (address, key, part, representation) => {
    const expected = { type: "page", key, part, representation, sort: null, instead: null };
    expect(resolved(address)).toEqual(expected);
  });

  it.each([
    ["/r/x/comments/aouv5/slug?sort=top", "top"],
    ["/comments/aouv5?sort=confidence", "best"],
    ["/comments/aouv5/_/c4x2z?sort=controversial", "controversial"],
    ["/comments/aouv5?sort=random", null],
    ["/user/ann?sort=top", null],
  ])("%s asks for the order %s", (address, sort) => {
    expect(resolved(address)).toMatchObject({ type: "page", sort });
  });

  it.each([
    ["/comments/aouv5/_/c4x2z", "default"],
    ["/comments/aouv5/_/c4x2z.json", "json"],
    ["/R/x/comments/aouv5/slug/c4x2z/.json", "json"],
  ])("%s may be a piece, and else its thread has the comment", (address, representation) => {
    expect(resolved(address)).toMatchObject({
      ...{ type: "page", key: "/comments/aouv5/_/c4x2z", representation },
      instead: { path: "/comments/aouv5", anchor: "#t1_c4x2z" },
    });
  });

  it.each([
    ["/u/Ann", "/user/ann"],
    ["/u/ann/submitted", "/user/ann/submitted"],
    ["/user/ann/overview", "/user/ann"],
    ["/r/x/comments/aouv5/slug/c4x2z", "/comments/aouv5/_/c4x2z#t1_c4x2z"],
    ["/comments/aouv5/slug/c4x2z", "/comments/aouv5/_/c4x2z#t1_c4x2z"],
    ["/R/x/comments/aouv5/_/c4x2z/?sort=new", "/comments/aouv5/_/c4x2z?sort=new#t1_c4x2z"],
    ["/R/x/comments/aouv5/slug/?sort=new", "/r/x/comments/aouv5/slug?sort=new"],
    ["/R/x/comments/aouv5?sort=//evil.example", "/r/x/comments/aouv5"],
    ["/submit/?sr=science", "/submit?sr=science"],
    ["/Login?dest=/new", "/login?dest=/new"],
    ["/register/?dest=%2Fr%2FX%0d%0a", "/register?dest=%2Fr%2FX%0d%0a"],
    ["/API/thing?id=t3_x", "/api/thing?id=t3_x"],
    ["/About/?utm_source=x", "/about"],
    ["/New/?utm_source=x", "/new"],
    ["/r/%6ceagueoflegends", "/r/leagueoflegends"],
    ["/r/Programming/%6E%65w", "/r/programming/new"],
    ["/r/x/comments/aouv5/a%5Fslug?sort=top", "/r/x/comments/aouv5/a_slug?sort=top"],
    ["/new.JSON", "/new.json"],
    ["/New/.Rss", "/new.rss"],
    ["/.RSS", "/.rss"],
    ["/r/x/top.Json?t=day", "/r/x/top/day.json"],
    ["/R/Programming", "/r/programming"],
    ["/r/programming/", "/r/programming"],
    ["/hot", "/"],
    ["/hot/1", "/"],
    ["/r/x/hot", "/r/x"],
    ["/top", "/top/all"],
    ["/?sort=new", "/new"],
    ["/r/x?sort=top&t=all", "/r/x/top/all"],
    ["/top?t=all", "/top/all"],
    ["/top?t=day", "/top/day"],
    ["/top?sort=top&t=day", "/top/day"],
    ["/?sort=top&t=hour", "/top/hour"],
    ["/r/x/top?t=week", "/r/x/top/week"],
    ["/top?t=nonsense", "/top/all"],
    ["/?sort=top&t=", "/top/all"],
    ["/?sort=rising", "/rising"],
    ["/r/x?sort=rising&t=day", "/r/x/rising"],
    ["/top/day/1", "/top/day"],
    ["/r/x/top/all/1", "/r/x/top/all"],
    ["/r/x/rising/1", "/r/x/rising"],
    ["/subreddits", "/r"],
    ["/r/all", "/"],
    ["/r/All/", "/"],
    ["/r/popular/new", "/new"],
    ["/r/all/?sort=top&t=week", "/top/week"],
    ["/r/all/top?t=day", "/top/day"],
    ["/r/all/comments", "/comments"],
    ["/r/all/comments/-/2", "/comments/-/2"],
    ["/?sort=controversial", "/controversial"],
    ["/r/X/?sort=controversial&t=all", "/r/x/controversial"],
    ["/controversial/1", "/controversial"],
    ["/r/x/controversial/1", "/r/x/controversial"],
    ["/domain/WWW.Example.com", "/domain/example.com"],
    ["/domain/example.com:8080/", "/domain/example.com"],
    ["/domain/example.com/hot", "/domain/example.com"],
    ["/domain/www.example.com/hot/1", "/domain/example.com"],
    ["/domain/example.com?sort=new", "/domain/example.com/new"],
    ["/domain/münchen.example", "/domain/xn--mnchen-3ya.example"],
    ["/domain/M%C3%9CNCHEN.example/new", "/domain/xn--mnchen-3ya.example/new"],
    ["/r/x/duplicates/aouv5/some_slug", "/duplicates/aouv5"],
    ["/A%3Fb=c", "/a%3Fb%3Dc"],
    ["/A%23b", "/a%23b"],
  ])("%s leads to %s", (address, location) => {
    expect(resolved(address)).toEqual({ type: "redirect", location });
  });

  it.each([
    "//evil.example/",
    "///evil.example/",
    "/%2Fevil.example/",
    "/%2F%2Fevil.example/",
    "/%5CEvil.example/",
    "/..//evil.example/",
    "/%2e%2e//Evil.example/x",
    "/r/leagueoflegends%2fnew",
    "/r/leagueoflegends%2Fnew.json",
    "/%00",
    "/%ff",
    "/r/%0aSet-Cookie:x",
    `/${"x".repeat(2000)}`,
    "/r/日本",
    "/domain/[::1]",
    "/domain/a%20b",
    `/domain/a${"x".repeat(300)}.example`,
  ])("%s is no page, and leads nowhere", (address) => {
    expect(resolved(address)).toEqual({ type: "not_found" });
  });

  it.each([
    ["/r/books", "/login"],
    ["/", "/login"],
    ["/", "/404"],
    ["/", "/r/books"],
    ["/r/books", "/"],
    ["/r/books", "/r/books/new"],
    ["/r/books.json", "/r/cats/hot/2"],
    ["/r/books/new.json", "/new/7"],
    ["/top/day.json", "/top/week/2"],
    ["/comments", "/comments/123"],
    ["/comments/aouv5", "/comments/aouv5"],
    ["/login", "/login"],
    ["/user/ann", "/user/ann/submitted/1"],
    ["/user/ann/submitted", "/user/bob/submitted/1"],
    ["/user/ann/submitted", "/user/ann/comments/1"],
    ["/domain/example.com", "/domain/example.org/hot/2"],
    ["/", "/me/saved/1"],
    ["/me/inbox", "/me/saved/1"],
    ["/r/books/about/log", "/r/books/about/reports"],
  ])("%s does not go on with a token of %s, a page of something else", (path, key) => {
    expect(resolved(`${path}?after=${pageToken(key)}`)).toEqual({ type: "invalid_token" });
  });

  it.each(["/.json?after=nonsense!", "/.json?after=%00", "/.json?after=eA"])(
    "%s has no token of ours",
    (address) => expect(resolved(address)).toEqual({ type: "invalid_token" }),
  );
});
