/**
 * Events about people and communities, and about who may do what in them: their shapes, and their
 * parser. Depends on the model only.
 */
import type { Departure, Role } from "../model/entities.ts";
import { type Base, type Fields, isCount, isText } from "./fields.ts";

export interface CommunityCreated extends Base {
  readonly type: "community_created";
  readonly name: string;
  readonly title: string;
  readonly description: string;
}

/** Somebody becomes a moderator of a community or is banned from it, or is so no longer. */
export interface RoleSet extends Base {
  readonly type: "role_set";
  /** The community's name, in any case. */
  readonly community: string;
  /** As registered. */
  readonly person: string;
  readonly kind: Role["kind"];
  readonly isSet: boolean;
  readonly reason: string;
}

/** An account is gone: nobody can log in to it, and nobody register its name again. */
export interface AccountDeleted extends Base {
  readonly type: "account_deleted";
  readonly epoch: number;
  readonly posts: Departure;
}

/** A new account: it has a page before it has written anything. */
export interface PersonRegistered extends Base {
  readonly type: "person_registered";
}

/** Somebody has seen what is in their inbox. */
export interface InboxRead extends Base {
  readonly type: "inbox_read";
  /** The newest slot that they have seen. */
  readonly slot: number;
}

/** A new password: sessions of earlier epochs open no private page any more. */
export interface SessionsEnded extends Base {
  readonly type: "sessions_ended";
  readonly epoch: number;
}

/** Somebody wants all they wrote in one file. */
export interface ExportRequested extends Base {
  readonly type: "export_requested";
}

export type PersonEvent =
  | CommunityCreated
  | RoleSet
  | AccountDeleted
  | PersonRegistered
  | InboxRead
  | SessionsEnded
  | ExportRequested;

/** Null for what is none. */
export function parsePersonEvent(base: Base, fields: Fields): PersonEvent | null {
  const { type, slot, epoch, posts } = fields;
  switch (type) {
    case "community_created":
      return parseCommunityCreated(base, fields);
    case "role_set":
      return parseRoleSet(base, fields);
    case "account_deleted":
      return isCount(epoch) && (posts === "keep" || posts === "delete")
        ? { ...base, type, epoch, posts }
        : null;
    case "person_registered":
    case "export_requested":
      return { ...base, type };
    case "inbox_read":
      return isCount(slot) ? { ...base, type, slot } : null;
    case "sessions_ended":
      return isCount(epoch) ? { ...base, type, epoch } : null;
    default:
      return null;
  }
}

function parseCommunityCreated(base: Base, fields: Fields): CommunityCreated | null {
  const { name, title, description } = fields;
  if (!isText(name) || !isText(title) || !isText(description) || name === "") return null;
  return { ...base, type: "community_created", name, title, description };
}

function parseRoleSet(base: Base, fields: Fields): RoleSet | null {
  const { community, person, kind, isSet, reason } = fields;
  if (!isText(community) || !isText(person) || typeof isSet !== "boolean") return null;
  if ((kind !== "moderator" && kind !== "banned") || !isText(reason)) return null;
  return { ...base, type: "role_set", community, person, kind, isSet, reason };
}
