type Bindings = { readonly API: { fetch(request: Request): Promise<Response> } };

/** Passes /api/* to the API Worker by service binding: same origin for the browser, no CORS, nothing else added. */
export const onRequest = ({ request, env }: { request: Request; env: Bindings }): Promise<Response> => {
  const url = new URL(request.url);
  url.pathname = url.pathname.replace(/^\/api/, "");
  return env.API.fetch(new Request(url, request));
};
