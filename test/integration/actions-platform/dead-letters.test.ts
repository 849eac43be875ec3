import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import { sandbox } from "#test/support/api";
import { customer } from "#test/support/catalog";

type Letters = { readonly data: readonly { readonly id: string }[]; readonly next_cursor: string | null };

it("parked due rows and dead deliveries are one list, page after page, each named once", async () => {
  const api = await sandbox("2026-01-01T00:00:00Z");
  await customer(api, "ada");
  await api.settle();
  const due = env.DB.prepare("INSERT INTO due (environment_id, due_at, kind, subject, attempts, parked_at) VALUES (?, ?, ?, ?, 5, 9)");
  const outbox = env.DB.prepare(
    `INSERT INTO outbox (id, environment_id, consumer, stream, version, created_at, next_attempt_at, attempts, dead_at)
     VALUES (?, ?, 'push-contract', 'x', 1, 0, 0, 8, 9)`,
  );
  await env.DB.batch([
    ...[9, 10, 11].map((at) => due.bind(api.environment, at, "invoice.issue", "inv_a")),
    due.bind(api.environment, 10, "invoice.issue", "inv_b"),
    ...["a", "b", "c"].map((name) => outbox.bind(`obx_${name}`, api.environment)),
  ]);

  for (const limit of [1, 2, 3, 4, 7]) {
    const ids: string[] = [];
    let cursor: string | null = null;
    for (let pages = 0; pages < 8; pages++) {
      const query: string = cursor === null ? "" : `&cursor=${encodeURIComponent(cursor)}`;
      const page: Letters = await api.get(`/v1/operations/dead-letters?limit=${limit}${query}`);
      expect(page.data.length).toBeLessThanOrEqual(limit);
      ids.push(...page.data.map(({ id }) => id));
      cursor = page.next_cursor;
      if (cursor === null) break;
    }
    expect(ids).toEqual([
      "due:9:invoice.issue:inv_a",
      "due:10:invoice.issue:inv_a",
      "due:10:invoice.issue:inv_b",
      "due:11:invoice.issue:inv_a",
      "obx_a",
      "obx_b",
      "obx_c",
    ]);
  }
});
