import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useParams, useSearch } from "@tanstack/react-router";
import { type ReactNode, useState } from "react";
import { dataOf } from "#sdk/client";
import type { components } from "#sdk/schema";
import { subjectsQuery } from "../api/customer-records";
import { customerQuery, customersQuery } from "../api/queries";
import { api } from "../api/session";
import { Button } from "../components/button";
import { Confirm } from "../components/confirm";
import { DataTable } from "../components/data-table";
import { TextField } from "../components/field";
import { Empty, Loaded, LoadedPage, Panel, problemsByPath } from "../components/page";
import { InstantText } from "../components/time-text";
import { CustomerHeader } from "./customer-header";

type Subject = components["schemas"]["Subject"];
type Asking = { readonly verb: "add" } | { readonly verb: "move" | "end"; readonly subject: Subject };

/** The names that events carry for a customer: added, moved to another, ended. */
export function SubjectsPage() {
  const { customer: key } = useParams({ from: "/customers/$customer/subjects" });
  const customer = useQuery(customerQuery(key));
  return (
    <LoadedPage title="Customer" query={customer}>
      {(found) => (
        <>
          <CustomerHeader customer={found} />
          <Subjects customer={found.key} zone={found.time_zone} />
        </>
      )}
    </LoadedPage>
  );
}

function Subjects({ customer, zone }: { readonly customer: string; readonly zone: string }) {
  const { cursor } = useSearch({ from: "/customers/$customer/subjects" });
  const subjects = useQuery(subjectsQuery(customer, cursor));
  const [asking, setAsking] = useState<Asking | null>(null);
  const close = (): void => setAsking(null);
  return (
    <Panel title="Subjects" actions={<Button onClick={() => setAsking({ verb: "add" })}>Add a subject</Button>}>
      <Loaded query={subjects}>
        {({ data, next_cursor }) =>
          data.length === 0 ? (
            <Empty>No subject. Add one where events name a workspace, a user or a device instead of the customer.</Empty>
          ) : (
            <>
              <DataTable
                rows={data}
                rowKey={({ subject, from }) => `${subject} ${from}`}
                columns={[
                  {
                    title: "Subject",
                    cell: ({ subject }) => <code className="inline-block min-w-24 text-xs wrap-anywhere">{subject}</code>,
                  },
                  { title: "From", cell: ({ from }) => <From at={from} zone={zone} /> },
                  { title: "To", cell: ({ to }) => (to === null ? "now" : <InstantText at={to} zone={zone} />) },
                  {
                    title: "",
                    right: true,
                    cell: (subject) =>
                      subject.to === null ? (
                        <span className="flex flex-wrap justify-end gap-2">
                          <Button onClick={() => setAsking({ verb: "move", subject })}>Move</Button>
                          <Button onClick={() => setAsking({ verb: "end", subject })}>End</Button>
                        </span>
                      ) : null,
                  },
                ]}
              />
              {next_cursor === null ? null : (
                <Link
                  to="/customers/$customer/subjects"
                  params={{ customer }}
                  search={{ cursor: next_cursor }}
                  className="block px-5 py-3 text-sm text-accent hover:underline"
                >
                  Next page
                </Link>
              )}
            </>
          )
        }
      </Loaded>
      {asking?.verb === "add" ? <AddQuestion customer={customer} onClose={close} /> : null}
      {asking?.verb === "move" ? <MoveQuestion subject={asking.subject} onClose={close} /> : null}
      {asking?.verb === "end" ? <EndQuestion subject={asking.subject} onClose={close} /> : null}
    </Panel>
  );
}

/** The beginning of time is not a date to show. */
function From({ at, zone }: { readonly at: string; readonly zone: string }): ReactNode {
  return new Date(at).getUTCFullYear() <= 2000 ? "the beginning" : <InstantText at={at} zone={zone} />;
}

function useSubjectChange(change: () => Promise<Subject>, onClose: () => void) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: change,
    onSuccess: async () => {
      await client.invalidateQueries();
      onClose();
    },
  });
}

/** An empty time is left to the API. */
const at = (text: string) => (text === "" ? {} : { from: text });
const TIME_HINT = "RFC 3339 with Z or an offset, such as 2026-03-01T00:00:00Z. ";

function assign(customer: string, subject: string, from: string): Promise<Subject> {
  return dataOf(api().POST("/v1/customers/{customer}/subjects", { params: { path: { customer } }, body: { subject, ...at(from) } }));
}

function AddQuestion({ customer, onClose }: { readonly customer: string; readonly onClose: () => void }) {
  const [subject, setSubject] = useState("");
  const [from, setFrom] = useState("");
  const add = useSubjectChange(() => assign(customer, subject, from), onClose);
  const problems = problemsByPath(add.error);
  return (
    <Confirm
      title="Add a subject"
      action="Add"
      ready={subject.trim() !== ""}
      pending={add.isPending}
      error={add.error}
      onConfirm={() => add.mutate()}
      onClose={onClose}
    >
      <p className="mb-3">Events that name it count for {customer}, also those that were kept. One that another customer has moves here.</p>
      <div className="grid gap-3 sm:grid-cols-2">
        <TextField label="Subject" required value={subject} onChange={setSubject} problem={problems.get("/subject")} />
        <TextField
          label="From"
          placeholder="as far back as it was nobody's"
          value={from}
          onChange={setFrom}
          problem={problems.get("/from")}
          hint={TIME_HINT}
        />
      </div>
    </Confirm>
  );
}

function MoveQuestion({ subject: { subject, customer }, onClose }: { readonly subject: Subject; readonly onClose: () => void }) {
  const customers = useQuery(customersQuery(undefined));
  const [to, setTo] = useState("");
  const [from, setFrom] = useState("");
  const move = useSubjectChange(() => assign(to, subject, from), onClose);
  const problems = problemsByPath(move.error);
  return (
    <Confirm
      title={`Move ${subject}`}
      action="Move"
      ready={to !== "" && to !== customer}
      pending={move.isPending}
      error={move.error}
      onConfirm={() => move.mutate()}
      onClose={onClose}
    >
      <p className="mb-3">Its events count for the other customer from an instant on; what happened before stays with {customer}.</p>
      <div className="grid gap-3 sm:grid-cols-2">
        <TextField
          label="To customer"
          required
          value={to}
          onChange={setTo}
          suggestions={customers.data?.data.map(({ key }) => key).filter((key) => key !== customer) ?? []}
          problem={problems.get("/customer")}
        />
        <TextField label="From" placeholder="now" value={from} onChange={setFrom} problem={problems.get("/from")} hint={TIME_HINT} />
      </div>
    </Confirm>
  );
}

function EndQuestion({ subject: { subject, customer }, onClose }: { readonly subject: Subject; readonly onClose: () => void }) {
  const [when, setWhen] = useState("");
  const end = useSubjectChange(
    () =>
      dataOf(
        api().POST("/v1/customers/{customer}/subjects/{subject}/end", {
          params: { path: { customer, subject } },
          body: when === "" ? {} : { at: when },
        }),
      ),
    onClose,
  );
  return (
    <Confirm
      title={`End ${subject}?`}
      action="End it"
      tone="danger"
      pending={end.isPending}
      error={end.error}
      onConfirm={() => end.mutate()}
      onClose={onClose}
    >
      <p className="mb-3">Later events that name it are kept, as unmatched usage, until a customer has it. What it counted stays.</p>
      <TextField
        label="At"
        placeholder="now"
        value={when}
        onChange={setWhen}
        problem={problemsByPath(end.error).get("/at")}
        hint={TIME_HINT}
      />
    </Confirm>
  );
}
