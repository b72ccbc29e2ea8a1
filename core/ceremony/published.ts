// The scripts that were ever published, by digest: what a transcript of ten years ago is held against.
import type { Digest } from '../json/digest.ts';

/** A published script. `digest` is that of the script's canonical form, not of its file. */
export interface Published {
  readonly name: string;
  readonly version: number;
  readonly digest: Digest;
}

/** Every one of assets/ceremonies, and those that were there before: a row is added with a new version, none goes. */
export const published: readonly Published[] = [
  {
    name: 'rotate-signing-key',
    version: 1,
    digest: 'sha256:5a9a27c583a000bf43b019bfd863c1121f26cd5f067388dba7c42cde1f4ac271',
  },
];

/** Whether this very script was published under this name and version. */
export function isPublished({ name, version, digest }: Published): boolean {
  return published.some((one) => one.name === name && one.version === version && one.digest === digest);
}
