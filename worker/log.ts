/** One line of JSON per happening, so that a log line cannot be forged by what a caller sends. */
export function log(level: "info" | "error", what: string, facts: Readonly<Record<string, unknown>>): void {
  const line = JSON.stringify({ level, what, ...facts });
  if (level === "error") console.error(line);
  else console.log(line);
}

export function errorText(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return `${error.stack ?? error.message}${error.cause === undefined ? "" : ` caused by ${errorText(error.cause)}`}`;
}
