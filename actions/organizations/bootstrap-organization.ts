import { commit } from "#actions/commit";
import { clockOf, type Context } from "#actions/context";
import { type CreatedEnvironment, newEnvironment } from "#actions/environments/create-environment";
import type { Id } from "#domain/ids";
import { ok, type Result } from "#domain/result";
import type { Environment } from "#domain/tenancy/environment";
import { insertOrganization } from "#storage/queries/environments";

export type Bootstrapped = {
  readonly organization: { readonly id: Id<"organization">; readonly name: string };
  readonly environments: readonly CreatedEnvironment[];
};

/** What an action needs before there is an environment. */
export type OperatorContext = Omit<Context, "environment" | "clock">;

/** Makes an organization with a live environment and a first sandbox: the only door that opens without a key. */
export async function bootstrapOrganization(
  operator: OperatorContext,
  input: { readonly name: string; readonly wall: () => number },
): Promise<Result<Bootstrapped>> {
  const organization = { id: operator.ids.next("organization"), name: input.name };
  const now = input.wall();
  const facts = { organizationId: organization.id, catalogVersion: 1, version: 1 };
  const live: Environment = { ...facts, id: operator.ids.next("environment"), kind: "live", key: "live", name: "Live", clockAt: null };
  const sandbox: Environment = {
    ...facts,
    id: operator.ids.next("environment"),
    kind: "sandbox",
    key: "sandbox",
    name: "Sandbox",
    clockAt: now,
  };
  const contextOf = (environment: Environment): Context => ({ ...operator, environment, clock: clockOf(environment, input.wall) });
  const made = [live, sandbox].map((environment) => newEnvironment(contextOf(environment), organization.name));
  const result: Bootstrapped = { organization, environments: made.map(({ created }) => created) };
  const committed = await commit(contextOf(live), {
    result,
    events: [
      { stream: `organization/${organization.id}`, version: 1, type: "organization.created", data: { organization: organization.id } },
    ],
    writes: [insertOrganization(operator.db, { ...organization, createdAt: now }), ...made.flatMap(({ writes }) => writes)],
    audit: [{ action: "organization.bootstrap", subject: organization.id, before: null, after: organization }],
  });
  return committed.ok ? ok(result) : committed;
}
