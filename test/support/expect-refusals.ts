import { expect } from "vitest";
import { call, type Call, type ExpectedProblem, expectProblem } from "#test/support/http";
import type { World } from "#test/support/prepared-world";
import { expectNothingChanged } from "#test/support/stored-state";

export type Refusal = ExpectedProblem & { readonly body?: unknown };

/** Each body is refused with its problem, and together they leave no trace. */
export async function expectRefusals(world: World, to: Omit<Call, "key" | "body">, refusals: readonly Refusal[]): Promise<void> {
  await expectNothingChanged([world.ledger()], async () => {
    for (const { body, ...problem } of refusals) {
      const answer = await call({ method: "POST", key: world.adminKey, ...to, ...(body === undefined ? {} : { body }) });
      const sent = (typeof body === "string" ? body : (JSON.stringify(body) ?? "")).slice(0, 200);
      expect([sent, answer.status, answer.text]).toEqual([sent, problem.status, answer.text]);
      expectProblem(answer, problem);
    }
  });
}

/** A field that a schema refuses. */
export function invalidField(body: unknown, path: string, fieldCode: string): Refusal {
  return { body, status: 422, code: "invalid_request", path, fieldCode };
}
