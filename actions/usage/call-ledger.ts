import type { Context } from "#actions/context";
import type { Catalog, CatalogNeeded, LedgerCalls } from "#objects/calls";
import { allFeatures, allMeters } from "#storage/queries/catalog";
import { findEnvironment } from "#storage/queries/environments";
import { present } from "#domain/assert";

type Call = { readonly now: number; readonly catalogVersion: number; readonly catalog?: Catalog };

/** The newest catalog of each environment this isolate has read. */
const catalogs = new Map<string, Catalog>();
const MOST_CATALOGS = 200;

/** Calls a ledger, and once more with the catalog attached when it knows an older one. */
export async function callLedger<Answer extends { kind: string }>(
  context: Context,
  ledger: LedgerCalls,
  call: (ledger: LedgerCalls, given: Call) => Answer | CatalogNeeded | Promise<Answer | CatalogNeeded>,
): Promise<Exclude<Answer, CatalogNeeded>> {
  const given = { now: context.clock.now(), catalogVersion: context.environment.catalogVersion };
  const first = await call(ledger, given);
  if (!isCatalogNeeded(first)) return first as Exclude<Answer, CatalogNeeded>;
  const second = await call(ledger, { ...given, catalog: await loadCatalog(context) });
  if (isCatalogNeeded(second)) throw new Error("the ledger asked for a catalog it was given");
  return second as Exclude<Answer, CatalogNeeded>;
}

function isCatalogNeeded(answer: { kind: string }): answer is CatalogNeeded {
  return answer.kind === "catalog_needed";
}

/** The version is read before its contents, so a catalog is never older than it says. */
async function loadCatalog({ db, environment }: Context): Promise<Catalog> {
  const known = catalogs.get(environment.id);
  if (known !== undefined && known.version >= environment.catalogVersion) return known;
  const { catalogVersion } = present(await findEnvironment(db, environment.id), `environment ${environment.id}`);
  const [meters, features] = await Promise.all([allMeters(db, environment.id), allFeatures(db, environment.id)]);
  const catalog: Catalog = { version: catalogVersion, meters, features };
  if (catalogs.size >= MOST_CATALOGS) catalogs.clear();
  catalogs.set(environment.id, catalog);
  return catalog;
}
