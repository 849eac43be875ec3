import { type Invoice, issuedOn, type Party } from "#domain/invoices/invoice";
import { amountDue } from "#domain/invoices/issue";
import type { Line } from "#domain/invoices/line";
import { periodText } from "#domain/invoices/period-text";
import { formatAmount } from "#domain/money/money";
import type { Zone } from "#domain/time/zone";

const WIDTH = 96;

/** An invoice as text that a person can read and add up: every line with its steps, then the totals. */
export function renderText(invoice: Invoice): string {
  const head =
    invoice.status === "draft"
      ? ["INVOICE (draft)"]
      : [
          `INVOICE ${invoice.number}`,
          `Issued ${issuedOn(invoice)} · ${invoice.status}`,
          ...party("From", invoice.seller),
          ...party("To", invoice.buyer),
        ];
  const sums = [
    row("Total", `${invoice.currency} ${formatAmount(invoice.total)}`),
    ...(invoice.status === "issued" || invoice.status === "paid"
      ? [row("Paid", `${invoice.currency} ${formatAmount(invoice.amountPaid)}`)]
      : []),
    row("Amount due", `${invoice.currency} ${formatAmount(amountDue(invoice))}`),
  ];
  return [...head, "", ...invoice.lines.flatMap((line) => lineText(line, invoice.zone)), "-".repeat(WIDTH), ...sums, ""].join("\n");
}

function party(label: string, { name, email }: Party): string[] {
  return [`${label.padEnd(5)} ${name}${email === null ? "" : ` <${email}>`}`];
}

function lineText(line: Line, zone: Zone): string[] {
  const steps = line.steps.map(
    (step) => `    ${step.label}: ${step.quantity}${step.unitAmount === "" ? "" : ` × ${step.unitAmount}`} = ${step.amount}`,
  );
  return [row(line.description, formatAmount(line.amount)), `    ${periodText(line.period, zone)} · quantity ${line.quantity}`, ...steps];
}

function row(left: string, right: string): string {
  return left.padEnd(WIDTH - right.length - 1) + " " + right;
}
