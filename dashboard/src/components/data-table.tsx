import type { ReactNode } from "react";

export type Column<Row> = {
  readonly title: string;
  readonly right?: boolean;
  /** Shown only where there is room for it. */
  readonly wide?: boolean;
  readonly cell: (row: Row) => ReactNode;
};

const shownOf = ({ wide }: { readonly wide?: boolean }): string => (wide ? "hidden sm:table-cell" : "");

/** The one table of every list. Amounts stand to the right, under each other. */
export function DataTable<Row>({
  rows,
  columns,
  rowKey,
}: {
  readonly rows: readonly Row[];
  readonly columns: readonly Column<Row>[];
  readonly rowKey: (row: Row) => string;
}) {
  return (
    <table className="w-full text-sm">
      <thead>
        <tr className="border-b border-line text-left text-xs text-muted">
          {columns.map((column) => (
            <th
              key={column.title}
              scope="col"
              className={`px-2 py-2.5 font-medium first:pl-3 last:pr-3 sm:px-5 sm:first:pl-5 sm:last:pr-5 ${shownOf(column)} ${column.right ? "text-right" : ""}`}
            >
              {column.title}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={rowKey(row)} className="border-b border-line last:border-0 hover:bg-line/40">
            {columns.map((column) => (
              <td
                key={column.title}
                className={`px-2 py-3 align-top first:pl-3 last:pr-3 sm:px-5 sm:first:pl-5 sm:last:pr-5 ${shownOf(column)} ${column.right ? "text-right tabular-nums" : "wrap-break-word"}`}
              >
                {column.cell(row)}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
