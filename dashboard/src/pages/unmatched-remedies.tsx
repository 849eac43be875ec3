import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { dataOf } from "#sdk/client";
import { customersQuery } from "../api/queries";
import { api } from "../api/session";
import { Confirm } from "../components/confirm";
import { TextField } from "../components/field";
import { problemsByPath } from "../components/page";

type Closing = { readonly onClose: () => void };

function useDone(onClose: () => void) {
  const client = useQueryClient();
  return async (): Promise<void> => {
    await client.invalidateQueries();
    onClose();
  };
}

/** Makes the customer that events name, by its key or, where that is another, by a subject; what was kept of it is counted. */
export function CreateCustomerQuestion({ sentAs, onClose }: Closing & { readonly sentAs: string }) {
  const [key, setKey] = useState(sentAs.replaceAll(/[^A-Za-z0-9_.@-]+/g, "-"));
  const [name, setName] = useState(sentAs);
  const [currency, setCurrency] = useState("");
  const [zone, setZone] = useState("");
  const create = useMutation({
    mutationFn: () => {
      const chosen = { ...(currency === "" ? {} : { currency }), ...(zone === "" ? {} : { time_zone: zone }) };
      return dataOf(api().POST("/v1/customers", { body: { key, name, subjects: key === sentAs ? [] : [sentAs], ...chosen } }));
    },
    onSuccess: useDone(onClose),
  });
  const problems = problemsByPath(create.error);
  return (
    <Confirm
      title={`Create the customer ${sentAs}?`}
      action="Create customer"
      pending={create.isPending}
      error={create.error}
      onConfirm={() => create.mutate()}
      onClose={onClose}
    >
      <p className="mb-3">Its usage that waits is counted at once. Nothing is billed before it has a subscription.</p>
      <div className="grid gap-3 sm:grid-cols-2">
        <TextField label="Key" required value={key} onChange={setKey} problem={problems.get("/key")} hint="Never changes" />
        <TextField label="Name" required value={name} onChange={setName} problem={problems.get("/name")} />
        <TextField label="Currency" placeholder="none yet" value={currency} onChange={setCurrency} problem={problems.get("/currency")} />
        <TextField
          label="Time zone"
          placeholder="the seller's"
          value={zone}
          onChange={setZone}
          suggestions={Intl.supportedValuesOf("timeZone")}
          problem={problems.get("/time_zone")}
        />
      </div>
    </Confirm>
  );
}

/** The name that events carry is a subject of a customer that exists. */
export function AssignQuestion({ subject, onClose }: Closing & { readonly subject: string }) {
  const customers = useQuery(customersQuery(undefined));
  const [customer, setCustomer] = useState("");
  const assign = useMutation({
    mutationFn: () => dataOf(api().POST("/v1/customers/{customer}/subjects", { params: { path: { customer } }, body: { subject } })),
    onSuccess: useDone(onClose),
  });
  return (
    <Confirm
      title={`Whose usage is ${subject}?`}
      action="Give it to this customer"
      ready={customer !== ""}
      pending={assign.isPending}
      error={assign.error}
      onConfirm={() => assign.mutate()}
      onClose={onClose}
    >
      <p className="mb-3">
        Events that name <code>{subject}</code> count for this customer, also those that wait; its bill so far changes.
      </p>
      <TextField label="Customer" value={customer} onChange={setCustomer} suggestions={customers.data?.data.map(({ key }) => key) ?? []} />
    </Confirm>
  );
}
