import { beforeAll, expect, it } from "vitest";
import { type Call, call, expectProblem, type ExpectedProblem } from "#test/support/http";
import { gzip } from "#test/support/gzip";
import { prepareWorlds, type World } from "#test/support/prepared-world";
import { expectNothingChanged } from "#test/support/stored-state";

const MEBIBYTE = 1_048_576;
let world: World;
let event: string;
let compressed: Uint8Array;

beforeAll(async () => {
  ({ home: world } = await prepareWorlds());
  event = JSON.stringify(world.event({ id: "body" }));
  compressed = await gzip(event);
});

async function expectRefused(change: Partial<Call>, problem: ExpectedProblem): Promise<void> {
  await expectNothingChanged([world.ledger()], async () => {
    expectProblem(await call({ method: "POST", path: "/v1/events", key: world.adminKey, ...change }), problem);
  });
}
const zipped = { "content-encoding": "gzip" };
const tooLarge = { status: 413, code: "body_too_large", path: "" };

it("a body of 20 MB is refused, said to be or not", async () => {
  const body = new Uint8Array(20 * MEBIBYTE).fill(0x20);

  await expectRefused({ body }, tooLarge);
  await expectRefused({ body, path: "/v1/customers" }, tooLarge);
});

it("one byte more than the limit is refused, the limit itself is read", async () => {
  const padded = (size: number): string => event + " ".repeat(size - event.length);
  const customer = JSON.stringify({ key: "padded", name: "Padded" });

  await expectRefused({ body: padded(10 * MEBIBYTE + 1) }, tooLarge);
  await expectRefused({ path: "/v1/customers", body: customer + " ".repeat(MEBIBYTE + 1 - customer.length) }, tooLarge);
  const read = await call({ method: "POST", path: "/v1/events", key: world.adminKey, body: padded(10 * MEBIBYTE) });
  expect(read.json).toMatchObject({ accepted: 1 });
});

it("a gzip bomb is refused while it is inflated", async () => {
  const bomb = await gzip(new Uint8Array(50 * MEBIBYTE));
  expect(bomb.byteLength).toBeLessThan(100_000);

  await expectRefused({ body: bomb, headers: zipped }, tooLarge);
});

it("gzip that is cut off, garbled, longer than it says or no gzip at all is refused", async () => {
  const garbled = compressed.slice();
  garbled.set([garbled.at(-6) === 0 ? 1 : 0], garbled.length - 6);
  for (const body of [compressed.slice(0, -1), compressed.slice(0, 12), garbled, new Uint8Array([...compressed, 1, 2, 3]), event, ""]) {
    await expectRefused({ body, headers: zipped }, { status: 400, code: "invalid_gzip", path: "" });
  }
});

it("gzip is taken for events and nowhere else, and only once", async () => {
  const json = (await call({ method: "POST", path: "/v1/events", key: world.adminKey, body: compressed, headers: zipped })).json;
  expect(json).toMatchObject({ duplicates: 1 });

  const refused = { status: 415, code: "unsupported_encoding" };
  for (const encoding of ["br", "deflate", "gzip, gzip", "deflate, gzip", "x-gzip"]) {
    await expectRefused({ body: compressed, headers: { "content-encoding": encoding } }, refused);
  }
  await expectRefused({ path: "/v1/customers", body: await gzip('{"name":"Zipped"}'), headers: zipped }, refused);
});

it("UTF-8 with a byte order mark is read; UTF-16 and broken UTF-8 are refused, not repaired", async () => {
  const customer = (body: Uint8Array): Partial<Call> => ({ path: "/v1/customers", body });
  const utf16 = new Uint8Array([0xff, 0xfe, ...Array.from(new TextEncoder().encode('{"name":"Wide"}')).flatMap((byte) => [byte, 0])]);

  await expectRefused(customer(utf16), { status: 400, code: "invalid_utf8" });
  await expectRefused(customer(new Uint8Array([...new TextEncoder().encode('{"name":"'), 0xc0, 0xaf, 0x22, 0x7d])), {
    status: 400,
    code: "invalid_utf8",
  });
  const marked = new Uint8Array([0xef, 0xbb, 0xbf, ...new TextEncoder().encode('{"name":"Marked"}')]);
  const answer = await call({ method: "POST", key: world.adminKey, path: "/v1/customers", body: marked });
  expect([answer.status, answer.json]).toEqual([201, expect.objectContaining({ name: "Marked" })]);
});

it("a body of no type, a form and XML are refused", async () => {
  for (const contentType of ["", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/xml", "text/json"]) {
    await expectRefused({ body: event, contentType }, { status: 415, code: "unsupported_media_type" });
    await expectRefused({ path: "/v1/customers", body: '{"name":"A"}', contentType }, { status: 415, code: "unsupported_media_type" });
  }
});

it("a number of a million digits is refused at once", async () => {
  const body = `{"key":"p","name":"P","currency":"USD","interval":{"unit":"month","count":${"9".repeat(900_000)}},"prices":[]}`;

  await expectRefused({ path: "/v1/plans", body }, { status: 422, code: "invalid_request" });
});
