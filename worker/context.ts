import { createHash, randomBytes } from "node:crypto";
import { clockOf, type Context, type Files } from "#actions/context";
import type { OperatorContext } from "#actions/organizations/bootstrap-organization";
import { makeId } from "#domain/ids";
import type { Actor } from "#domain/tenancy/actor";
import type { Environment } from "#domain/tenancy/environment";
import { relay } from "#queues/relay";
import { database } from "#storage/database";
import type { Bindings } from "#worker/env";
import { ledgerStub } from "#worker/ledger-stub";
import { errorText, log } from "#worker/log";

/** The one reader of the wall clock. */
export const wallClock = (): number => Date.now();

export type Scene = { readonly bindings: Bindings; readonly requestId: string; readonly waitUntil: (work: Promise<unknown>) => void };

/** All that an action may touch, except the environment and its clock. */
export function operatorContext({ bindings, requestId, waitUntil }: Scene, environment: Environment | null, actor: Actor): OperatorContext {
  const report = (what: string, error: unknown): void =>
    log("error", what, { request_id: requestId, environment: environment?.id, error: errorText(error) });
  return {
    db: database(bindings.DB),
    ids: { next: (kind) => makeId(kind, wallClock(), randomBytes(10)) },
    newSecret,
    ledgers: (customerKey, region) => {
      if (environment === null) throw new Error("no environment, no ledger");
      return ledgerStub(bindings.LEDGER, environment.id, customerKey, region);
    },
    files: fileStore(bindings.FILES),
    actor,
    requestId,
    request: null,
    handling: null,
    preview: false,
    report,
    hurry: (rows) => {
      if (rows.length === 0 || environment === null) return;
      waitUntil(
        relay(
          bindings.WORK,
          rows.map((id) => ({ id, environmentId: environment.id })),
          report,
        ),
      );
    },
  };
}

export function contextOf(scene: Scene, environment: Environment, actor: Actor): Context {
  return { ...operatorContext(scene, environment, actor), environment, clock: clockOf(environment, wallClock) };
}

function fileStore(bucket: R2Bucket): Files {
  return {
    put: async (key, content, contentType) => void (await bucket.put(key, content, { httpMetadata: { contentType } })),
    get: async (key) => (await (await bucket.get(key))?.bytes()) ?? null,
  };
}

/** 256 random bits behind a prefix that says what the key opens. */
function newSecret(kind: Environment["kind"]): { secret: string; hash: string; lastFour: string } {
  const secret = `tg_${kind === "live" ? "live" : "test"}_${randomBytes(32).toString("base64url")}`;
  return { secret, hash: hashKey(secret), lastFour: secret.slice(-4) };
}

/** SHA-256 in hex; the key has 256 bits of entropy, so a slow hash would protect nothing more. */
export function hashKey(secret: string): string {
  return createHash("sha256").update(secret).digest("hex");
}
