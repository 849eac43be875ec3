import type { Context } from "#actions/context";
import { pack, sha256, unpack } from "#actions/usage/archive-object";
import { assert } from "#domain/assert";
import type { ArchivedObject, UsageArchive } from "#storage/queries/usage-archives";

type Place = Pick<UsageArchive, "customerKey" | "month" | "version">;

/** Where the files of a month lie. */
function archiveFolder(context: Context, { customerKey, month }: Place): string {
  return `usage/${context.environment.id}/${encodeURIComponent(customerKey)}/${month}`;
}

/**
 * Writes lines as the next object of a month, and reads them back: what is answered is what lies there. Every delivery writes
 * into a folder of its own version, so one that lost the month to another overwrites nothing of it.
 */
export async function writeObject(
  context: Context,
  place: Place,
  number: number,
  lines: readonly string[],
): Promise<{ object: ArchivedObject; lines: string[] }> {
  const content = await pack(lines);
  const key = `${archiveFolder(context, place)}/v${place.version}/${String(number).padStart(4, "0")}.ndjson.gz`;
  await context.files.put(key, content, "application/gzip");
  const object = { key, events: lines.length, bytes: content.byteLength, sha256: sha256(content) };
  return { object, lines: await readObject(context, object) };
}

/** The lines of an object, if it is the one that was written. */
export async function readObject(context: Context, object: ArchivedObject): Promise<string[]> {
  const content = await context.files.get(object.key);
  assert(content !== null, `archived object ${object.key} is missing`);
  assert(sha256(content) === object.sha256, `archived object ${object.key} is not what was written`);
  const lines = await unpack(content);
  assert(lines.length === object.events, `archived object ${object.key} has ${lines.length} lines instead of ${object.events}`);
  return lines;
}

/** Of all objects in order: the hash of their hashes. */
export function wholeHash(objects: readonly ArchivedObject[]): string {
  return sha256(objects.map(({ sha256 }) => sha256).join("\n"));
}

/** Says beside the objects what they hold, for whoever has only the files. */
export async function writeManifest(context: Context, archive: UsageArchive): Promise<void> {
  const { customerKey, month, events, sums, objects, sha256: whole } = archive;
  const manifest = { format: 1, environment: context.environment.id, customer: customerKey, month, events, sums, sha256: whole, objects };
  const text = `${JSON.stringify(manifest, null, 2)}\n`;
  const key = `${archiveFolder(context, archive)}/manifest.json`;
  await context.files.put(key, new TextEncoder().encode(text), "application/json");
  const back = await context.files.get(key);
  assert(back !== null && new TextDecoder().decode(back) === text, `manifest ${key} is not what was written`);
}
