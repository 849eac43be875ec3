import type { z } from "@hono/zod-openapi";
import { type FieldProblem, ok, pointer, refuse, type Result } from "#domain/result";

/** Checks input against a schema; every problem is answered with a pointer to its place and a stable code. */
export function validate<T>(schema: z.ZodType<T>, input: unknown): Result<T, "invalid_request"> {
  const parsed = schema.safeParse(input, { reportInput: true });
  if (parsed.success) return ok(parsed.data);
  const problems = parsed.error.issues.flatMap(problemsOf);
  return refuse("invalid_request", problems[0]?.message ?? "The request is not valid.", problems);
}

function problemsOf(issue: z.core.$ZodIssue): FieldProblem[] {
  const path = pointer(issue.path);
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => ({
      path: pointer([...issue.path, key]),
      code: "unknown_field",
      message: `There is no field ${key} here.`,
    }));
  }
  if (issue.code === "invalid_union") {
    const [first] = issue.errors.filter((problems) => problems.length > 0).sort((a, b) => depth(b) - depth(a));
    if (first !== undefined) return first.flatMap((inner) => problemsOf({ ...inner, path: [...issue.path, ...inner.path] }));
  }
  return [{ path, code: codeOf(issue), message: issue.message }];
}

function depth(problems: readonly z.core.$ZodIssue[]): number {
  return Math.max(...problems.map(({ path }) => path.length));
}

function codeOf(issue: z.core.$ZodIssue): string {
  if (issue.code === "custom") return typeof issue.params?.["code"] === "string" ? issue.params["code"] : "invalid_value";
  if (issue.code === "invalid_type") return issue.input === undefined ? "required" : "wrong_type";
  return { too_small: "out_of_range", too_big: "out_of_range", invalid_format: "invalid_format" }[issue.code as string] ?? "invalid_value";
}
