import { DurableObject } from "cloudflare:workers";
import { Hono } from "hono";

/** An object that does nothing: what is left is the hop. */
export class EmptyObject extends DurableObject {
  nothing(): null {
    return null;
  }
}

type Bindings = { readonly EMPTY: DurableObjectNamespace<EmptyObject> };

const app = new Hono<{ Bindings: Bindings }>();
let id: DurableObjectId | undefined;

app.get("/hello", (http) => http.text("hello"));
app.get("/empty", async (http) => {
  id ??= http.env.EMPTY.idFromName("empty");
  await http.env.EMPTY.get(id).nothing();
  return http.text("hello");
});

export default app;
