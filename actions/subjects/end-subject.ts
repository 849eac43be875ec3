import { commit } from "#actions/commit";
import type { Context } from "#actions/context";
import { noticedFrom } from "#actions/subjects/assign-subject";
import { forgetAddresses } from "#actions/usage/resolve-subjects";
import { present } from "#domain/assert";
import { endSubject as decide, type Subject } from "#domain/customers/subject";
import { refuse, type Result } from "#domain/result";
import type { Instant } from "#domain/time/instant";
import { findCustomer } from "#storage/queries/customers";
import { saveSubject, subjectHistories } from "#storage/queries/subjects";

/** Takes a subject from a customer at an instant; what it sends afterwards is kept until somebody has it. */
export async function endSubject(
  context: Context,
  input: { readonly customer: string; readonly subject: string; readonly at: Instant | null },
): Promise<Result<Subject>> {
  const { db, environment } = context;
  const customer = await findCustomer(db, environment.id, input.customer);
  if (customer === null) return refuse("not_found", "There is no such customer.");
  const history = (await subjectHistories(db, environment.id, [input.subject])).get(input.subject) ?? [];
  const decided = decide(history, { customer: customer.id, at: input.at, noticed: noticedFrom(context) });
  if (!decided.ok) return decided;
  const { subject, version } = decided.value;
  const to = present(decided.value.to, "end of a subject");
  const committed = await commit(context, {
    result: decided.value,
    events: [{ stream: `subject/${subject}`, version, type: "subject.ended", data: { subject, customer: customer.id, to } }],
    writes: [saveSubject(db, environment.id, decided.value)],
    audit: [{ action: "subject.end", subject: customer.id, before: history.at(-1), after: decided.value }],
  });
  if (!context.preview) forgetAddresses(environment.id);
  return committed;
}
