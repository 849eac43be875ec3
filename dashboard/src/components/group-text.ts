/** A combination of dimension values as text; absent ones are named. */
export function groupText(group: Readonly<Record<string, string | null>>): string {
  return Object.entries(group)
    .map(([name, value]) => `${name}: ${value ?? "absent"}`)
    .join(", ");
}
