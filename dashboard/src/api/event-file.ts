/** The API takes at most 10,000 events and 10 MB in a call. */
const EVENTS_MAX = 5_000;
const LENGTH_MAX = 2_000_000;

export type EventFilePart = {
  readonly text: string;
  readonly type: "application/json" | "application/x-ndjson";
  /** How many events of the file come before it. */
  readonly first: number;
};

/** A file in parts that the API takes. Lines stay the text they are; only the API reads the numbers in them. */
export function eventFileParts(name: string, text: string): readonly EventFilePart[] {
  const isList = text.trimStart().startsWith("[") || (name.endsWith(".json") && !text.trim().includes("\n{"));
  if (isList) return [{ text, type: "application/json", first: 0 }];
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  if (lines.length === 0) throw new Error("The file has no events.");
  const parts: EventFilePart[] = [];
  let [held, length, first]: [string[], number, number] = [[], 0, 0];
  const close = (): void => {
    if (held.length > 0) parts.push({ text: held.join("\n"), type: "application/x-ndjson", first });
    [held, length, first] = [[], 0, first + held.length];
  };
  for (const line of lines) {
    if (held.length >= EVENTS_MAX || length + line.length > LENGTH_MAX) close();
    held.push(line);
    length += line.length;
  }
  close();
  return parts;
}
