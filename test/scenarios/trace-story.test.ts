import { env, exports } from "cloudflare:workers";
import { expect, it } from "vitest";
import { bootstrap } from "#test/support/bootstrap";
import { tellTraceStory } from "#test/support/trace-story/story";
import { generatedTrace, parseTrace } from "#test/support/trace-story/trace";

it("bills a month of usage to the cent, whatever is sent twice or out of order", { timeout: 120_000 }, async () => {
  const { liveKey } = await bootstrap();
  const rows = env.TRACE_CSV === "" ? generatedTrace() : parseTrace(env.TRACE_CSV);

  const { customers } = await tellTraceStory({
    send: (path, init) => exports.default.fetch(new Request(new URL(path, "http://tollgate.test"), init)),
    adminKey: liveKey,
    rows,
    sandbox: "trace-story",
    tell: () => undefined,
  });

  expect(customers).toHaveLength(Math.ceil(rows.length / 1_000));
  // Every tier and a partial package is billed to every customer, so no branch of the prices goes untested.
  for (const { expected } of customers) {
    expect(expected.calls).toBeGreaterThan(250n);
    expect((expected.calls - 250n) % 100n).not.toBe(0n);
    expect(expected.inputTokens).toBeGreaterThan(1_200_000n);
    expect(expected.outputTokens).toBeGreaterThan(10_000n);
  }
});
