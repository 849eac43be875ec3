/** A shell block of a guide, with the lines of the answer that is printed right after it. */
export type Block = { readonly command: string; readonly answer: readonly string[] };

export function blocksOf(markdown: string): Block[] {
  const fences = [...markdown.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)];
  return fences.flatMap(([, language, text = ""], index) => {
    if (language !== "sh") return [];
    const [, following, answer = ""] = fences[index + 1] ?? [];
    return [{ command: text, answer: following === "sh" ? [] : answer.trim().split("\n") }];
  });
}

/** Whether a text shows a line of a guide; "…" stands for anything within a line. */
export function shows(text: string, line: string): boolean {
  const parts = line.split("…").map((part) => part.trim().replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`));
  return new RegExp(parts.join(".*")).test(text);
}
