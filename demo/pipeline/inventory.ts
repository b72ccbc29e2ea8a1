// What this repository is made of, read from its lock file: the packages that a scan looks at and an SBOM lists.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { repository } from './npm.ts';

/** One installed package. `integrity` is a Subresource Integrity text where the lock file has one. */
export interface Installed {
  readonly name: string;
  readonly version: string;
  readonly licence: string | null;
  readonly integrity: string | null;
  readonly dev: boolean;
  readonly script: boolean;
}

const Entry = z.looseObject({
  version: z.string().optional(),
  license: z.string().optional(),
  integrity: z.string().optional(),
  dev: z.boolean().optional(),
  devOptional: z.boolean().optional(),
  hasInstallScript: z.boolean().optional(),
  link: z.boolean().optional(),
});
const Lock = z.looseObject({ packages: z.record(z.string(), Entry) });
const Manifest = z.looseObject({
  version: z.string(),
  dependencies: z.record(z.string(), z.string()).default({}),
});

const FOLDER = 'node_modules/';

function installed(path: string, entry: z.infer<typeof Entry>): Installed[] {
  const at = path.lastIndexOf(FOLDER);
  if (at < 0 || entry.version === undefined || entry.link === true) return [];
  return [
    {
      name: path.slice(at + FOLDER.length),
      version: entry.version,
      licence: entry.license ?? null,
      integrity: entry.integrity ?? null,
      dev: entry.dev === true || entry.devOptional === true,
      script: entry.hasInstallScript === true,
    },
  ];
}

/** The same package in the same version may lie in several places: it is listed once. */
function once(all: readonly Installed[]): Installed[] {
  const known = new Map(all.map((one) => [`${one.name}@${one.version}`, one]));
  return [...known.values()].sort((a, b) => (`${a.name}@${a.version}` < `${b.name}@${b.version}` ? -1 : 1));
}

/** Reads the lock file; where a build left it behind, what package.json names, in the versions that it asks for. */
export async function readInventory(): Promise<Installed[]> {
  const lock = await readFile(join(repository, 'package-lock.json')).catch(() => undefined);
  if (lock) {
    const { packages } = Lock.parse(JSON.parse(lock.toString()));
    return once(Object.entries(packages).flatMap(([path, entry]) => installed(path, entry)));
  }
  const { dependencies } = Manifest.parse(
    JSON.parse((await readFile(join(repository, 'package.json'))).toString()),
  );
  const none = { licence: null, integrity: null, dev: false, script: false };
  return Object.entries(dependencies).map(([name, version]) => ({ name, version, ...none }));
}

/** A package URL (github.com/package-url/purl-spec, npm). */
export const purl = ({ name, version }: Pick<Installed, 'name' | 'version'>): string =>
  `pkg:npm/${name.replace('@', '%40')}@${encodeURIComponent(version)}`;
