import { env, exports } from "cloudflare:workers";

/** A new organization with its live and sandbox keys, made as an operator makes it: through the API. */
export async function bootstrap(name = "Test company"): Promise<{ liveKey: string; sandboxKey: string }> {
  const response = await exports.default.fetch(
    new Request("http://tollgate.test/v1/organizations", {
      method: "POST",
      headers: { authorization: `Bearer ${env.BOOTSTRAP_TOKEN}`, "content-type": "application/json" },
      body: JSON.stringify({ name }),
    }),
  );
  if (response.status !== 201) throw new Error(`bootstrap answered ${response.status}: ${await response.text()}`);
  const { environments } = (await response.json()) as { environments: { environment: { kind: string }; api_key: { key: string } }[] };
  const keyOf = (kind: string): string => {
    const found = environments.find(({ environment }) => environment.kind === kind);
    if (!found) throw new Error(`bootstrap made no ${kind} environment`);
    return found.api_key.key;
  };
  return { liveKey: keyOf("live"), sandboxKey: keyOf("sandbox") };
}
