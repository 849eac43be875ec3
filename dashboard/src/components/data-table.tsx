import type { ReactNode } from "react";

export type Column<Row> = { readonly title: string; readonly right?: boolean; readonly cell: (row: Row) => ReactNode };

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
          {columns.map(({ title, right }) => (
            <th key={title} scope="col" className={`px-5 py-2.5 font-medium ${right ? "text-right" : ""}`}>
              {title}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={rowKey(row)} className="border-b border-line last:border-0 hover:bg-line/40">
            {columns.map(({ title, right, cell }) => (
              <td key={title} className={`px-5 py-3 align-top ${right ? "text-right tabular-nums" : ""}`}>
                {cell(row)}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
