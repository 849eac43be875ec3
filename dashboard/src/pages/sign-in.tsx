import { useState } from "react";
import { createTollgate } from "#sdk/client";
import { signIn } from "../api/session";
import { ProblemNotice } from "../components/page";

/** Signs in with an API key, after asking the API whether it opens anything. */
export function SignInPage({ onSignedIn }: { readonly onSignedIn: () => void }) {
  const [key, setKey] = useState("");
  const [error, setError] = useState<Error | null>(null);
  const submit = async (): Promise<void> => {
    try {
      await createTollgate({ baseUrl: new URL("/api", location.origin).href, key: key.trim() }).GET("/v1/clock");
      signIn(key.trim());
      onSignedIn();
    } catch (problem) {
      setError(problem instanceof Error ? problem : new Error(String(problem)));
    }
  };
  return (
    <main className="mx-auto mt-32 max-w-sm px-6">
      <h1 className="text-2xl font-semibold tracking-tight">Tollgate</h1>
      <p className="mt-1 mb-6 text-sm text-muted">Sign in with an API key. It stays in this tab.</p>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        <label className="text-sm font-medium" htmlFor="key">
          API key
        </label>
        <input
          id="key"
          type="password"
          autoComplete="off"
          required
          placeholder="tg_live_… or tg_test_…"
          value={key}
          onChange={(event) => setKey(event.target.value)}
          className="mt-1 mb-4 w-full rounded-lg border border-line bg-panel px-3 py-2 font-mono text-sm"
        />
        <button type="submit" className="w-full rounded-lg bg-accent px-3 py-2 text-sm font-semibold text-panel">
          Sign in
        </button>
      </form>
      {error === null ? null : <ProblemNotice error={error} />}
    </main>
  );
}
