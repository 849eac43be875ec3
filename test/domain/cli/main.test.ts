import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";

const root = path.resolve(import.meta.dirname, "../../..");
const home = mkdtempSync(path.join(tmpdir(), "tollgate-cli-"));
const KEY = `tg_test_${"A".repeat(43)}`;
const PROBLEM = {
  type: "/docs#problem-unauthenticated",
  title: "Not authenticated",
  status: 401,
  code: "unauthenticated",
  detail: "The API key is unknown, revoked or expired.",
  instance: "/v1/plans",
  request_id: "req_1",
  errors: [],
};

let server: Server;
let url: string;
const asked: { readonly route: string; readonly authorization: string | undefined }[] = [];

/** A stand-in that answers one route and refuses the rest: what is tested is the command line, not the API. */
function answerOf({ url: route = "", headers }: IncomingMessage): { status: number; type: string; body: string } {
  asked.push({ route, authorization: headers.authorization });
  if (route.endsWith("format=csv")) return { status: 200, type: "text/csv", body: "window_start,window_end,value\r\n" };
  if (route.startsWith("/v1/events/")) return { status: 200, type: "application/json", body: "{}" };
  if (route.endsWith("/close"))
    return {
      status: 200,
      type: "application/json",
      body: JSON.stringify({
        done: asked.filter((one) => one.route === route).length > 1,
        backfill: { id: "bkf_1", counts: { customers: 2 } },
      }),
    };
  if (route === "/v1/clock")
    return { status: 200, type: "application/json", body: JSON.stringify({ kind: "sandbox", now: "2026-03-15T12:00:00Z" }) };
  return { status: 401, type: "application/problem+json", body: JSON.stringify(PROBLEM) };
}

beforeAll(async () => {
  server = createServer((request, response) => {
    const { status, type, body } = answerOf(request);
    response.writeHead(status, { "content-type": type }).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterAll(() => {
  server.close();
  rmSync(home, { recursive: true, force: true });
});

type Ended = { readonly code: number | null; readonly out: string; readonly err: string };

async function tollgate(words: readonly string[], given: Readonly<Record<string, string>> = {}): Promise<Ended> {
  const env = { PATH: process.env["PATH"], HOME: home, XDG_CONFIG_HOME: home, ...given };
  const child = spawn(process.execPath, ["cli/main.ts", ...words], { cwd: root, env, stdio: ["ignore", "pipe", "pipe"] });
  let [out, err] = ["", ""];
  child.stdout.on("data", (part: Buffer) => (out += part.toString()));
  child.stderr.on("data", (part: Buffer) => (err += part.toString()));
  const code = await new Promise<number | null>((resolve) => child.once("close", resolve));
  return { code, out, err };
}

it("explains itself", async () => {
  const { code, out, err } = await tollgate(["--help"]);

  expect([code, err]).toEqual([0, ""]);
  for (const verb of ["login", "whoami", "list", "get", "invoice", "check", "advance", "events", "meters", "backfills"])
    expect(out).toContain(`tollgate ${verb}`);
});

it("says which word it does not know, and fails", async () => {
  expect(await tollgate(["frobnicate"])).toEqual({
    code: 1,
    out: "",
    err: 'tollgate does not know "frobnicate". See tollgate --help\n',
  });
});

it("asks for a key before it calls anything", async () => {
  expect(await tollgate(["whoami"], { TOLLGATE_URL: url })).toEqual({
    code: 1,
    out: "",
    err: "No key. Use: tollgate login --key tg_…\n",
  });
  expect(asked).toEqual([]);
});

it("remembers a key for its owner alone, calls with it and prints JSON; a refusal is its problem", { timeout: 30_000 }, async () => {
  const login = await tollgate(["login", "--key", KEY, "--url", url]);
  const file = path.join(home, "tollgate", "login.json");
  expect([login.code, login.err]).toEqual([0, ""]);
  expect(JSON.parse(readFileSync(file, "utf8"))).toEqual({ key: KEY, url });
  expect(statSync(file).mode & 0o777).toBe(0o600);

  const [clock, refused] = await Promise.all([tollgate(["whoami"]), tollgate(["list", "plans"])]);
  expect([clock.code, JSON.parse(clock.out)]).toEqual([0, { kind: "sandbox", now: "2026-03-15T12:00:00Z" }]);
  expect([refused.code, refused.out, JSON.parse(refused.err)]).toEqual([1, "", PROBLEM]);
  expect(asked).toContainEqual({ route: "/v1/clock", authorization: `Bearer ${KEY}` });
});

it("asks for events, totals and backfills as its options say", { timeout: 30_000 }, async () => {
  const given = { TOLLGATE_KEY: KEY, TOLLGATE_URL: url };
  const [looked, voided, table] = await Promise.all([
    tollgate(["events", "get", "acme", "a/1", "--source", "shop"], given),
    tollgate(["events", "void", "acme", "e1", "e2", "--reason", "twice", "--preview"], given),
    tollgate(["meters", "query", "calls", "--group-by", "customer", "--from", "2026-03-01", "--csv"], given),
  ]);
  expect([looked, voided].map(({ code, out }) => [code, JSON.parse(out)])).toEqual([
    [0, {}],
    [0, {}],
  ]);
  expect(table).toEqual({ code: 0, out: "window_start,window_end,value\r\n", err: "" });
  expect(asked.map(({ route }) => route)).toEqual(
    expect.arrayContaining([
      "/v1/events/a%2F1?customer=acme&source=shop",
      "/v1/events/void?preview=true",
      "/v1/meters/calls/query?from=2026-03-01&group_by=customer&format=csv",
    ]),
  );
});

it("goes on with a backfill until it is done, and says how far it is", { timeout: 30_000 }, async () => {
  const { code, out, err } = await tollgate(["backfills", "close", "bkf_1"], { TOLLGATE_KEY: KEY, TOLLGATE_URL: url });
  expect([code, JSON.parse(out), err]).toEqual([0, { id: "bkf_1", counts: { customers: 2 } }, "2\n2\n"]);
});
