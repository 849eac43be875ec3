import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import { deliverContract } from "#actions/contracts/push-contract";
import type { Context } from "#actions/context";
import type { Id } from "#domain/ids";
import type { Contract } from "#objects/calls";
import { database } from "#storage/database";
import { sandbox } from "#test/support/api";
import { catalog, flat, publishPlan, subscribe } from "#test/support/catalog";
import { contextFor } from "#test/support/context";
import { rows } from "#test/support/rows";
import { steered } from "#test/support/steered-database";

it("a contract's rows are those of its version, whatever is committed while it is compiled", async () => {
  const api = await sandbox("2026-01-01T00:00:00Z");
  await catalog(api);
  await publishPlan(api, "basic", [flat("base", "10.00")]);
  await subscribe(api, "ada", "basic");
  await api.settle();
  const [customer] = await rows("customer", api.environment);
  const [base] = await rows("subscription", api.environment);
  const [line] = await rows("billed", api.environment);
  const first = Number(customer?.["contract_version"]);

  /** One commit: a subscription with a billed line more, and the version raised. */
  let commits = 0;
  const copy = async (table: string, row: typeof base, changes: object) => {
    const changed = { ...row, ...changes };
    const columns = Object.keys(changed).map((name) => `"${name}"`);
    return env.DB.prepare(`INSERT INTO ${table} (${columns.join()}) VALUES (${columns.map(() => "?").join()})`).bind(
      ...Object.values(changed),
    );
  };
  const commitAnother = async () => {
    commits += 1;
    await env.DB.batch([
      await copy("subscription", base, { id: `sub_another_${commits}` }),
      await copy("billed", line, { subscription_id: `sub_another_${commits}` }),
      env.DB.prepare("UPDATE customer SET contract_version = contract_version + 1 WHERE environment_id = ?").bind(api.environment),
    ]);
  };
  const db = database(
    steered(env.DB, {
      beforeRead: commitAnother,
      onBatch: async (statements) => {
        await commitAnother();
        return statements;
      },
    }),
  );
  const pushed: Contract[] = [];
  const ledgers = () => ({ provision: ({ contract }: { contract: Contract }) => void pushed.push(contract) });
  const context = { ...(await contextFor(api)), db, ledgers } as unknown as Context;

  await deliverContract(context, { customer: String(customer?.["id"]) as Id<"customer"> });

  const [contract] = pushed;
  expect(contract?.version).toBe(first + commits);
  expect(contract?.subscriptions.map(({ billed }) => billed.length)).toEqual(Array.from({ length: 1 + commits }, () => 1));
  expect(contract?.planVersions).toHaveLength(1);
});
