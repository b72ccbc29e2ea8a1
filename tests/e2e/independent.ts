// A stranger's own few lines over what the demo hands out: node:crypto, OpenSSL and RFC 6962, and no code of ours.
import { execFileSync } from 'node:child_process';
import { createHash, createPublicKey, verify } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export const sha256 = (...parts: readonly (Buffer | string)[]): Buffer => {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest();
};

/** RFC 8785 for text, booleans, null and safe integers. */
export function jcs(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(jcs).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${members.map(([name, member]) => `${JSON.stringify(name)}:${jcs(member)}`).join(',')}}`;
}

export const pae = (type: string, payload: Buffer): Buffer =>
  Buffer.concat([Buffer.from(`DSSEv1 ${Buffer.byteLength(type)} ${type} ${payload.length} `), payload]);

/** OpenSSL's word on a signature: true when it exits with status 0. */
export function opensslVerifies(publicKey: string, message: Buffer, signature: Buffer): boolean {
  const dir = mkdtempSync(join(tmpdir(), 'stranger-'));
  try {
    const [key, text, sig] = [join(dir, 'key'), join(dir, 'message'), join(dir, 'signature')];
    writeFileSync(key, publicKey);
    writeFileSync(text, message);
    writeFileSync(sig, signature);
    execFileSync('openssl', ['dgst', '-sha256', '-verify', key, '-signature', sig, text], {
      stdio: 'ignore',
    });
    return true;
  } catch {
    return false;
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

/** A root from a leaf and its proof (RFC 9162, 2.1.3.2). */
export function rootFrom(leaf: Buffer, index: number, size: number, proof: readonly Buffer[]): Buffer {
  let [fn, sn, root] = [index, size - 1, leaf];
  for (const hash of proof) {
    if (sn === 0) throw new Error('the proof is too long');
    if (fn % 2 === 1 || fn === sn) {
      root = sha256(Buffer.from([1]), hash, root);
      while (fn % 2 === 0 && fn !== 0) [fn, sn] = [fn >> 1, sn >> 1];
    } else root = sha256(Buffer.from([1]), root, hash);
    [fn, sn] = [fn >> 1, sn >> 1];
  }
  if (sn !== 0) throw new Error('the proof is too short');
  return root;
}

/** A C2SP checkpoint: its size and root, once the log's Ed25519 signature over its body was verified. */
export function openCheckpoint(note: string, origin: string, spki: string): { size: number; root: Buffer } {
  const cut = note.indexOf('\n\n');
  const body = note.slice(0, cut + 1);
  const [name, size, root] = body.split('\n');
  if (name !== origin) throw new Error(`the checkpoint is of ${name}`);
  const line = note
    .slice(cut + 2)
    .split('\n')
    .find((one) => one.startsWith(`— ${origin} `));
  const blob = Buffer.from(line?.split(' ').at(-1) ?? '', 'base64');
  const key = createPublicKey({ key: Buffer.from(spki, 'base64'), format: 'der', type: 'spki' });
  if (!verify(null, Buffer.from(body), key, blob.subarray(4))) throw new Error('the log did not sign it');
  return { size: Number(size), root: Buffer.from(root ?? '', 'base64') };
}

/** JSON as a stranger sees it, without any type of ours. */
export type Loose = ReturnType<typeof JSON.parse>;

export const json = (path: string): Loose => JSON.parse(readFileSync(path, 'utf8'));
