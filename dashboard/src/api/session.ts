import { createTollgate } from "#sdk/client";

const STORE = "tollgate.key";

/** The key this tab signed in with. Kept for the tab only: closing it signs out. */
export function sessionKey(): string | null {
  return sessionStorage.getItem(STORE);
}

export function signIn(key: string): void {
  sessionStorage.setItem(STORE, key);
}

export function signOut(): void {
  sessionStorage.removeItem(STORE);
  location.assign("/");
}

/** The API, through the dashboard's own origin. */
export function api() {
  return createTollgate({ baseUrl: new URL("/api", location.origin).href, key: sessionKey() ?? "" });
}
