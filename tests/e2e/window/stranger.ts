// Somebody who trusts nobody here: takes the directory, the artifact and an evidence file, and runs stella verify on them.
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { get } from 'node:https';
import { join } from 'node:path';
import type { WorldReady } from '../../../contract/demo/world.ts';
import { parseEvidence } from '../../../core/evidence-file/evidence.ts';
import { root } from '../../layers/tree.ts';

/** Writes the Signer's directory chain as anybody can have it. */
export async function takeDirectory({ signerUrl, ca }: WorldReady, path: string): Promise<void> {
  const body = await new Promise<Buffer>((resolve, reject) => {
    get(`${signerUrl}/api/v1/signer/directory`, { ca, minVersion: 'TLSv1.3' }, (answer) => {
      const parts: Buffer[] = [];
      answer.on('data', (part: Buffer) => parts.push(part));
      answer.once('end', () =>
        answer.statusCode === 200
          ? resolve(Buffer.concat(parts))
          : reject(new Error(`directory: ${String(answer.statusCode)} ${Buffer.concat(parts).toString()}`)),
      );
      answer.once('error', reject);
    }).once('error', reject);
  });
  writeFileSync(path, body);
}

interface Statement {
  readonly subject: readonly { readonly digest: { readonly sha256: string } }[];
}

/** The file that the evidence's statement speaks of, among those of the build. */
export function artifactOf(evidence: string, builds: string): string {
  const { payload } = parseEvidence(readFileSync(evidence));
  const { subject } = JSON.parse(Buffer.from(payload, 'base64').toString('utf8')) as Statement;
  const wanted = new Set(subject.map(({ digest }) => digest.sha256));
  const files = readdirSync(builds, { recursive: true, withFileTypes: true }).filter((one) => one.isFile());
  const found = files
    .map(({ parentPath, name }) => join(parentPath, name))
    .find((path) => wanted.has(createHash('sha256').update(readFileSync(path)).digest('hex')));
  if (found === undefined) throw new Error('nothing of the build is its subject');
  return found;
}

/** Writes the bundle that the evidence has; null when it has none. */
export function bundleOf(evidence: string, path: string): string | null {
  const [bundle] = parseEvidence(readFileSync(evidence)).bundles;
  if (!bundle) return null;
  writeFileSync(path, JSON.stringify(bundle));
  return path;
}

export interface Verdict {
  readonly status: number;
  readonly says: string;
}

/** `stella verify` with these options and files, and an environment that knows of nothing. */
export function verify(files: Readonly<Record<string, string | null>>, pin: string): Promise<Verdict> {
  const given = Object.entries(files).flatMap(([name, path]) => (path === null ? [] : [`--${name}`, path]));
  const args = [join(root, 'cli', 'main.ts'), 'verify', ...given, '--pin', pin];
  return new Promise((resolve) => {
    execFile(process.execPath, args, { env: {} }, (error, stdout, stderr) =>
      resolve({ status: error === null ? 0 : Number(error.code), says: stdout + stderr }),
    );
  });
}
