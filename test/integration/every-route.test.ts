import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import { type Answer, type Call, call, expectProblem, made } from "#test/support/http";
import { type DocumentedOperation, documentedOperations } from "#test/support/documented-operations";
import { referencesOf, requestOf, textAt, withTextAt } from "#test/support/example-requests";
import { differentBodies, malformedBodies, malformedFields } from "#test/support/malformed-bodies";
import { prepareWorlds, type World } from "#test/support/prepared-world";
import { type Example, exampleOf, routeExamples } from "#test/support/route-examples";
import { expectNothingChanged, settle, storedState } from "#test/support/stored-state";

// Read from the served document, so a route that is added is tested the moment it is documented.
const operations = await documentedOperations();

const ALL_SCOPES = ["ingest", "check", "read", "write", "admin"];
/** What a key may hold without being allowed a scope: `admin` implies all, `write` implies `read`. */
const scopesWithout = (scope: string): string[] =>
  ALL_SCOPES.filter((held) => held !== "admin" && held !== scope && !(scope === "read" && held === "write"));

/** Usage events: sent again, they are duplicates. */
const IDENTITY_OF_ITS_OWN = ["recordUsage", "loadBackfill"];
/** POSTs that change nothing. */
const LOOKS = ["checkEntitlement", "evaluateMeter"];

let home: World;
let stranger: World;
let expiredKey: string;
/** Names of the stranger's that home itself has used, and so may be shown again. */
const saidByHome = new Set<string>();
const keysOf = new Map<string, string>();

beforeAll(async () => {
  ({ home, stranger } = await prepareWorlds());
  for (const scope of ALL_SCOPES) {
    keysOf.set(`only ${scope}`, (await home.apiKey([scope])).key);
    keysOf.set(`without ${scope}`, (await home.apiKey(scopesWithout(scope))).key);
  }
  const body = { name: "Expired", scopes: ["admin"], expires_at: "2020-01-01T00:00:00Z" };
  expiredKey = (await made<{ key: string }>(home.adminKey, "/v1/api-keys", body)).key;
}, 60_000);

it("has an example for every operation of the document, and for no other", () => {
  expect(operations.filter(({ id }) => routeExamples[id] === undefined).map(({ id }) => id)).toEqual([]);
  const documented = new Set(operations.map(({ id }) => id));
  expect(Object.keys(routeExamples).filter((id) => !documented.has(id))).toEqual([]);
  expect(documented.size).toBe(operations.length);
});

it("takes an Idempotency-Key on every POST, except usage events and what changes nothing", () => {
  const without = operations.filter(({ method, takesKey }) => method === "POST" && !takesKey).map(({ id }) => id);
  expect(without.toSorted()).toEqual([...IDENTITY_OF_ITS_OWN, ...LOOKS].toSorted());
});

describe.each(operations)("$method $path ($id)", (operation) => {
  const byOperator = operation.security.includes("bootstrap_token");
  let example: Example;
  let foreign: Example;
  let allowedKey: string;

  beforeAll(async () => {
    const { request } = exampleOf(operation.id);
    [example, foreign] = [await request(home), await request(stranger)];
    await Promise.all([settle(home.environment), settle(stranger.environment)]);
    allowedKey = byOperator ? env.BOOTSTRAP_TOKEN : present(keysOf.get(`only ${operation.scope}`));
  });

  const send = (key: string | null, change: Partial<Call> = {}): Promise<Answer> =>
    call({ ...requestOf(operation, example, key), ...change });
  const nothingChanges = (work: () => Promise<void>): Promise<void> => expectNothingChanged([home.ledger(), stranger.ledger()], work);

  it("is closed without a good key", async () => {
    await nothingChanges(async () => {
      const closed: Partial<Call>[] = [
        {},
        { headers: { authorization: "Bearer" } },
        { headers: { authorization: `Basic ${btoa("user:password")}` } },
        { headers: { authorization: `Bearer ${allowedKey}x` } },
        { headers: { authorization: `Bearer ${allowedKey}, Bearer ${allowedKey}` } },
        { key: `tg_test_${"A".repeat(43)}` },
        { key: expiredKey },
        ...(byOperator ? [{ key: home.adminKey }] : [{ key: env.BOOTSTRAP_TOKEN }]),
      ];
      for (const change of closed) {
        const answer = await send(null, change);
        expectProblem(answer, { status: 401, code: "unauthenticated" });
        expect(answer.headers.get("www-authenticate")).toBe("Bearer");
      }
    });
  });

  it.skipIf(byOperator)("is closed to a key without its scope", async () => {
    await nothingChanges(async () => {
      expectProblem(await send(present(keysOf.get(`without ${operation.scope}`))), { status: 403, code: "forbidden_scope" });
    });
  });

  it("does not find what is in another environment", async () => {
    const { unknown = {} } = exampleOf(operation.id);
    const references = referencesOf(example, home).map(({ at }) => at);
    const naming = async (at: string, check: (answer: Answer) => void): Promise<void> => {
      const name = textAt(foreign, at);
      for (const theirs of new Set([name, present(stranger.names.get(name))])) {
        saidByHome.add(theirs);
        check(await call(requestOf(operation, withTextAt(example, at, theirs), allowedKey)));
      }
    };
    await nothingChanges(async () => {
      for (const at of references.filter((place) => unknown[place] === undefined)) await naming(at, (answer) => expectUnknown(answer, at));
    });
    await expectNothingChangedIn(stranger, async () => {
      for (const [at, check] of Object.entries(unknown)) await naming(at, check);
    });
    expect(references).toEqual(expect.arrayContaining(Object.keys(unknown)));
  });

  it("does not find a name that cannot be one", async () => {
    await nothingChanges(async () => {
      for (const name of Object.keys(example.path ?? {})) {
        for (const odd of ["no-such-thing", "../../etc/passwd", "' OR 1=1 --", "__proto__", "\u0000", "x".repeat(300), "ключ"]) {
          const answer = await call(requestOf(operation, withTextAt(example, `/path/${name}`, odd), allowedKey));
          expectProblem(answer, { status: 404, code: "not_found" });
        }
      }
    });
  });

  it("refuses a body that cannot be read", async () => {
    const { body } = example;
    if (!isJsonObject(body)) return expect(operation.bodyTypes.includes("application/json")).toBe(false);
    await nothingChanges(async () => {
      for (const { what, problem, ...change } of malformedBodies(body)) {
        const answer = await send(allowedKey, change);
        expect([what, answer.status]).toEqual([what, problem.status]);
        expectProblem(answer, problem);
      }
    });
  });

  it("points at the field that is wrong", async () => {
    const { body } = example;
    if (!isJsonObject(body)) return expect(operation.bodyTypes.includes("application/json")).toBe(false);
    await nothingChanges(async () => {
      for (const { what, path, code, ...change } of malformedFields(body)) {
        const answer = await send(allowedKey, change);
        expect([what, answer.status, fieldsOf(answer)]).toEqual([
          what,
          422,
          expect.arrayContaining([expect.stringMatching(new RegExp(`^${path}(/.*)? ${code}$`))]),
        ]);
      }
    });
  });

  it("refuses a query parameter it does not know", async () => {
    await nothingChanges(async () => {
      for (const name of ["no_such_parameter", ...(operation.previews ? [] : ["preview"])]) {
        const answer = await send(allowedKey, { path: withQuery(operation, example, `${name}=true`) });
        expectProblem(answer, { status: 422, code: "invalid_request", path: `/${name}`, fieldCode: "unknown_field" });
      }
      const twice = await send(allowedKey, { path: withQuery(operation, example, "limit=1&limit=2") });
      expectProblem(twice, { status: 422, code: "invalid_request" });
    });
  });

  it.runIf(operation.previews)("answers a preview as the call would, and changes nothing", async () => {
    await nothingChanges(async () => {
      const answer = await send(allowedKey, { path: withQuery(operation, example, "preview=true") });
      expectDocumented(operation, answer);
      const unclear = await send(allowedKey, { path: withQuery(operation, example, "preview=yes") });
      expectProblem(unclear, { status: 422, code: "invalid_request", path: "/preview", fieldCode: "invalid_value" });
    });
  });

  it.runIf(operation.takesKey)("refuses an Idempotency-Key that is none", async () => {
    await nothingChanges(async () => {
      for (const key of ["", "a, b", "x".repeat(256), "with space"]) {
        expectProblem(await send(allowedKey, { headers: { "idempotency-key": key } }), { status: 400, code: "invalid_header" });
      }
    });
  });

  it.runIf(operation.takesKey)("does nothing for a key that was revoked or ran out a moment ago", async () => {
    for (const end of ["revoked_at = 1", "expires_at = 1"]) {
      const { id, key } = await home.apiKey(["admin"]);
      // Warm: this isolate believes in the key for a second more; only the commit itself can tell.
      await call({ path: "/v1/clock", key });
      await env.DB.prepare(`UPDATE api_key SET ${end} WHERE id = ?`).bind(id).run();
      await nothingChanges(async () => {
        const answer = await send(key, { headers: { "idempotency-key": home.fresh() } });
        expect([answer.status, (answer.json as { code: string }).code]).toEqual([
          401,
          expect.stringMatching(/^(key_revoked|unauthenticated)$/),
        ]);
      });
    }
  });

  it.runIf(operation.takesKey)("answers a repeat under one Idempotency-Key as the first time, and does it once", async () => {
    const headers = { "idempotency-key": home.fresh() };
    const before = await storedState([home.ledger()]);
    const first = await send(allowedKey, { headers });
    expectDocumented(operation, first);
    expect(first.headers.get("idempotent-replayed")).toBeNull();
    await settle(home.environment);
    expect(await storedState([home.ledger()])).not.toEqual(before);

    await nothingChanges(async () => {
      const second = await send(allowedKey, { headers });
      expect([second.status, second.headers.get("idempotent-replayed")]).toEqual([first.status, "true"]);
      expect(second.json).toEqual(withoutSecret(first.json));

      const others = isJsonObject(example.body)
        ? differentBodies(example.body).map((body) => ({ body }))
        : [anotherPath(operation, example)];
      const answers = await Promise.all(others.map((other) => send(allowedKey, { headers, ...other })));
      const reused = answers.filter(({ json }) => (json as { code?: string }).code !== "invalid_request");
      expect(reused).not.toEqual([]);
      for (const answer of reused) expectProblem(answer, { status: 422, code: "idempotency_key_reused" });
    });
  });

  it.skipIf(operation.takesKey)("answers as documented, shows nothing of another environment, and a look changes nothing", async () => {
    const look = async (): Promise<void> => {
      const answer = await send(allowedKey);
      expectDocumented(operation, answer);
      const shown = [...stranger.names.keys()].filter((name) => answer.text.includes(`"${name}"`) && !saidByHome.has(name));
      expect(shown).toEqual([]);
    };
    if (IDENTITY_OF_ITS_OWN.includes(operation.id)) return await look();
    await nothingChanges(look);
  });
});

function expectUnknown(answer: Answer, at: string): void {
  const pointer = at.replace(/^\/(path|query|body)/, "");
  const told = { at, status: answer.status, fields: fieldsOf(answer) };
  if (at.startsWith("/path/") || answer.status === 404) {
    expect(told).toEqual({ at, status: 404, fields: [] });
    return expectProblem(answer, { status: 404, code: "not_found" });
  }
  expect(told).toEqual({ at, status: 422, fields: expect.arrayContaining([expect.stringMatching(new RegExp(`^${pointer} unknown_`))]) });
}

/** The fields an answer complains about, as `path code`: of a problem, or of the first item where items are answered. */
function fieldsOf({ json }: Answer): string[] {
  const { errors, results } = json as { errors?: { path: string; code: string }[]; results?: { path?: string; code?: string }[] };
  return (errors ?? results?.slice(0, 1) ?? []).map(({ path, code }) => `${path} ${code}`);
}

function expectDocumented({ answers }: DocumentedOperation, answer: Answer): void {
  const documented = Object.keys(answers).filter((status) => status !== "default");
  expect([answer.status < 300, documented, answer.text]).toEqual([true, expect.arrayContaining([String(answer.status)]), answer.text]);
  const types = answers[String(answer.status)] ?? [];
  if (types.length > 0) expect(types).toContain((answer.headers.get("content-type") ?? "").split(";")[0]);
}

function withoutSecret(json: unknown): unknown {
  return JSON.parse(JSON.stringify(json), (_name, value: unknown) =>
    typeof value === "string" && /^tg_(live|test)_/.test(value) ? null : value,
  );
}

/** Without a body, another object in the path is another request. */
function anotherPath(operation: DocumentedOperation, example: Example): Partial<Call> {
  const [name = ""] = Object.keys(example.path ?? {});
  return { path: requestOf(operation, withTextAt(example, `/path/${name}`, "another"), null).path };
}

function withQuery(operation: DocumentedOperation, example: Example, query: string): string {
  const { path } = requestOf(operation, example, null);
  return `${path}${path.includes("?") ? "&" : "?"}${query}`;
}

async function expectNothingChangedIn(world: World, work: () => Promise<void>): Promise<void> {
  const rowsOf = async (): Promise<string[]> =>
    Object.values(await storedState([world.ledger()])).flatMap((rows) => rows.filter((row) => row.includes(world.environment)));
  const before = await rowsOf();
  await work();
  expect(await rowsOf()).toEqual(before);
}

function isJsonObject(body: unknown): body is Readonly<Record<string, unknown>> {
  return body !== null && typeof body === "object" && !Array.isArray(body);
}

function present<T>(value: T | undefined): T {
  if (value === undefined) throw new Error("missing");
  return value;
}
