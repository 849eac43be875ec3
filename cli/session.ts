import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import path from "node:path";
import { createTollgate, type TollgateClient } from "#sdk/client";

export type Login = { readonly key: string; readonly url: string };

export const loginFile = path.join(process.env["XDG_CONFIG_HOME"] ?? path.join(homedir(), ".config"), "tollgate", "login.json");

function login(): Login {
  const known = existsSync(loginFile) ? (JSON.parse(readFileSync(loginFile, "utf8")) as Login) : null;
  const key = process.env["TOLLGATE_KEY"] ?? known?.key;
  if (key === undefined) throw new Error("No key. Use: tollgate login --key tg_…");
  return { key, url: process.env["TOLLGATE_URL"] ?? known?.url ?? "http://127.0.0.1:8787" };
}

export function client(): TollgateClient {
  const { key, url } = login();
  return createTollgate({ baseUrl: url, key });
}

/** A call whose body or answer is a text of no known form. */
export async function call(
  route: string,
  { method = "GET", accept, body }: { method?: string; accept: string; body?: { readonly type: string; readonly text: string } },
): Promise<string> {
  const { key, url } = login();
  const headers = { authorization: `Bearer ${key}`, accept, ...(body === undefined ? {} : { "content-type": body.type }) };
  const response = await fetch(new URL(route, url), { method, headers, ...(body === undefined ? {} : { body: body.text }) });
  const text = await response.text();
  if (!response.ok) throw new Error(text);
  return text;
}

export function word(given: string | undefined, what: string): string {
  if (given === undefined) throw new Error(`${what} is missing. See tollgate --help`);
  return given;
}

export function show(value: unknown): void {
  console.log(JSON.stringify(value, null, 2));
}

/** Only what was given: an absent option is no parameter. */
export function given<T extends Readonly<Record<string, unknown>>>(options: T): { [Name in keyof T]?: Exclude<T[Name], undefined> } {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as {
    [Name in keyof T]?: Exclude<T[Name], undefined>;
  };
}
