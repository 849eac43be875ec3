import { html } from "hono/html";
import { type Invoice, issuedOn, type Party } from "#domain/invoices/invoice";
import { amountDue } from "#domain/invoices/issue";
import type { Line } from "#domain/invoices/line";
import { periodText } from "#domain/invoices/period-text";
import { formatAmount, type Money } from "#domain/money/money";
import type { Zone } from "#domain/time/zone";

const STYLE = `
  :root { color-scheme: light; font: 15px/1.5 system-ui, sans-serif; color: #1a1f2b; }
  body { max-width: 46rem; margin: 3rem auto; padding: 0 1.5rem; }
  header { display: flex; justify-content: space-between; gap: 2rem; border-bottom: 1px solid #d9dde5; padding-bottom: 1.5rem; }
  h1 { font-size: 1.6rem; margin: 0; } .muted { color: #5b6475; }
  .parties { display: flex; gap: 4rem; margin: 1.5rem 0; } .parties h2 { font-size: .85rem; margin: 0; color: #5b6475; font-weight: 600; }
  table { width: 100%; border-collapse: collapse; } th, td { text-align: left; padding: .6rem 0; vertical-align: top; border-bottom: 1px solid #eceff4; }
  th:last-child, td:last-child { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
  .steps { margin: .25rem 0 0; padding: 0; list-style: none; font-size: .85rem; color: #5b6475; font-variant-numeric: tabular-nums; }
  tfoot td { border: 0; padding: .35rem 0; } tfoot tr.due td { font-weight: 700; border-top: 2px solid #1a1f2b; }
  @media print { body { margin: 0; max-width: none; } }`;

/** An invoice as one printable page: no script, nothing fetched, every text escaped. */
export function invoicePage(invoice: Invoice) {
  const issued = invoice.status === "draft" ? null : invoice;
  const title = issued === null ? "Invoice (draft)" : `Invoice ${issued.number}`;
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${title}</title>
        <style>
          ${STYLE}
        </style>
      </head>
      <body>
        <header>
          <div>
            <h1>${title}</h1>
            <div class="muted">${issued === null ? "Not issued yet" : `Issued ${issuedOn(issued)}`} · ${invoice.status}</div>
          </div>
          <div>
            <strong>${invoice.currency} ${formatAmount(amountDue(invoice))}</strong>
            <div class="muted">amount due</div>
          </div>
        </header>
        ${issued === null ? "" : html`<div class="parties">${partyBlock("From", issued.seller)}${partyBlock("To", issued.buyer)}</div>`}
        <table>
          <thead>
            <tr>
              <th scope="col">Description</th>
              <th scope="col">${invoice.currency}</th>
            </tr>
          </thead>
          <tbody>
            ${invoice.lines.map((line) => lineRow(line, invoice.zone))}
          </tbody>
          <tfoot>
            ${sumRow("Total", invoice.total)} ${issued === null ? "" : sumRow("Paid", issued.amountPaid)}
            ${sumRow("Amount due", amountDue(invoice), "due")}
          </tfoot>
        </table>
      </body>
    </html>`;
}

function partyBlock(label: string, { name, email, address }: Party) {
  const lines = [
    name,
    address?.line1,
    address?.line2,
    [address?.postalCode, address?.city].filter(Boolean).join(" "),
    address?.country,
    email,
  ].filter(Boolean);
  return html`<div>
    <h2>${label}</h2>
    ${lines.map((line) => html`<div>${line}</div>`)}
  </div>`;
}

function lineRow(line: Line, zone: Zone) {
  const steps = line.steps.map(
    ({ label, quantity, unitAmount, amount }) =>
      html`<li>${label}: ${quantity}${unitAmount === "" ? "" : ` × ${unitAmount}`} = ${amount}</li>`,
  );
  return html`<tr>
    <td>
      ${line.description}
      <div class="muted">${periodText(line.period, zone)} · quantity ${line.quantity}</div>
      ${
        steps.length === 0
          ? ""
          : html`<ul class="steps">
              ${steps}
            </ul>`
      }
    </td>
    <td>${formatAmount(line.amount)}</td>
  </tr>`;
}

function sumRow(label: string, amount: Money, name = "") {
  return html`<tr class="${name}">
    <td>${label}</td>
    <td>${amount.currency} ${formatAmount(amount)}</td>
  </tr>`;
}
