// The build that the pipeline's documents speak of: this repository packed, with its SBOM; made once, kept in a folder.
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { z } from 'zod';
import { JsonObject } from '../../core/json/schema.ts';
import { makePrivateDir, readIfThere, writeAtomic } from '../../ports/files.ts';
import type { Crew } from '../crew/crew.ts';
import { PartFailed } from '../crew/failed.ts';
import { purl, readInventory, type Installed } from './inventory.ts';
import { repository } from './npm.ts';
import { packRepository } from './pack.ts';
import { makeSbom, type Sbom } from './sbom.ts';

/** `artifact` is a real file, `sha256` its digest in hex. `inventory` are the packages of the lock file. */
export interface Build {
  readonly artifact: { readonly name: string; readonly sha256: string };
  readonly sbom: Sbom;
  readonly inventory: readonly Installed[];
}

const Sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const Kept = z.strictObject({
  of: Sha256,
  artifact: z.strictObject({ name: z.string().min(1).max(300), sha256: Sha256 }),
  sbom: JsonObject,
});

/** What a kept build is the build of: other dependencies make another one. */
async function sourceDigest(): Promise<string> {
  const hash = createHash('sha256');
  for (const name of ['package.json', 'package-lock.json'])
    hash.update((await readIfThere(join(repository, name))) ?? new Uint8Array());
  return hash.digest('hex');
}

async function readKept(path: string, of: string): Promise<z.infer<typeof Kept> | undefined> {
  const bytes = await readIfThere(path);
  if (!bytes) return undefined;
  try {
    const kept = Kept.safeParse(JSON.parse(Buffer.from(bytes).toString()));
    return kept.success && kept.data.of === of ? kept.data : undefined;
  } catch (thrown) {
    if (thrown instanceof SyntaxError) return undefined; // made again
    throw thrown;
  }
}

const component = (one: Installed): Sbom => ({
  type: 'library',
  name: one.name,
  version: one.version,
  purl: purl(one),
  'bom-ref': purl(one),
  ...(one.licence === null ? {} : { licenses: [{ expression: one.licence }] }),
});

/** For a machine without npm: what the lock file says, in the same form, and of a file that is there. */
async function withoutNpm(inventory: readonly Installed[]): Promise<Pick<Build, 'artifact' | 'sbom'>> {
  const path = join(repository, 'package.json');
  const bytes = await readFile(path);
  const { name, version } = z
    .looseObject({ name: z.string(), version: z.string() })
    .parse(JSON.parse(bytes.toString()));
  const sbom = {
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    version: 1,
    metadata: { component: { type: 'application', name, version, 'bom-ref': `pkg:npm/${name}@${version}` } },
    components: inventory.filter(({ dev }) => !dev).map(component),
  };
  return {
    artifact: { name: basename(path), sha256: createHash('sha256').update(bytes).digest('hex') },
    sbom,
  };
}

async function make(crew: Crew, folder: string): Promise<Pick<Build, 'artifact' | 'sbom'>> {
  const [{ name, sha256 }, sbom] = await Promise.all([packRepository(crew, folder), makeSbom(crew)]);
  return { artifact: { name, sha256 }, sbom };
}

/** Takes up the build in `folder`, or makes it there without a network; `say` is told when npm could not help. */
export async function openBuild(crew: Crew, folder: string, say: (line: string) => void): Promise<Build> {
  await makePrivateDir(folder);
  const path = join(folder, 'build.json');
  const [of, inventory] = await Promise.all([sourceDigest(), readInventory()]);
  const kept = await readKept(path, of);
  if (kept) return { artifact: kept.artifact, sbom: kept.sbom, inventory };
  try {
    const made = await make(crew, folder);
    await writeAtomic(path, new Uint8Array(Buffer.from(JSON.stringify({ of, ...made }))));
    return { ...made, inventory };
  } catch (thrown) {
    if (!(thrown instanceof PartFailed) || crew.ending) throw thrown;
    say(`${thrown.part}: ${thrown.message}; the SBOM is made from the lock file alone`);
    return { ...(await withoutNpm(inventory)), inventory };
  }
}
