// The configuration file of a Signer: one JSON object, strict, paths taken from the file's own folder.
import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { z } from 'zod';
import { LackFault, isFault } from '../../core/fault/fault.ts';
import { Digest } from '../../core/json/digest.ts';
import { parseStrict } from '../../core/json/parse.ts';
import { parseAs } from '../../core/json/schema.ts';
import { KeyName } from '../../core/name/names.ts';

const Path = z.string().min(1).max(4096);

/**
 * A PKCS#11 module with one token's PIN (a 0600 file), and what it is to sign with: `token`, a serial number, stands for every
 * key of the directory whose name says it, also of a version that comes later; `keys` for these alone. One of the two.
 */
const Pkcs11 = z
  .strictObject({
    module: z.string().startsWith('/'),
    moduleDigest: z
      .string()
      .regex(/^[0-9a-f]{64}$/)
      .optional(),
    pin: Path,
    token: z.string().min(1).max(64).optional(),
    keys: z.array(KeyName).min(1).max(100).optional(),
    env: z.record(z.string(), z.string()).optional(),
  })
  .refine(({ token, keys }) => (token === undefined) !== (keys === undefined), {
    path: ['token'],
    error: 'a token or keys, one of the two',
  });

/**
 * `data`: the store's folder. `hosts`: Host values that are served, or `loopback` (127.0.0.1 and localhost).
 * `tls`: PEM files; null only with `dev`, which listens on 127.0.0.1 and takes a demo directory only. `keys.files`: a
 * folder of `<id>.pem`. `endWithStdin`: ends when its stdin ends, for a parent that must not outlive it.
 */
export const Config = z
  .strictObject({
    data: Path,
    listen: z.strictObject({ host: z.string().min(1).max(255), port: z.int().min(0).max(65535) }),
    hosts: z.union([z.literal('loopback'), z.array(z.string().min(1)).min(1).max(32)]).default('loopback'),
    tls: z.strictObject({ cert: Path, key: Path }).nullable(),
    dev: z.boolean(),
    chain: Path,
    pin: Digest,
    policy: Path,
    keys: z.strictObject({ files: Path.nullable(), pkcs11: z.array(Pkcs11).max(16) }),
    authority: z.strictObject({ issuer: z.string().min(1), audience: z.string().min(1), jwksUri: z.url() }),
    poe: z.strictObject({ introspectionUrl: z.url(), ttlSeconds: z.number().min(0).max(86_400) }),
    release: z.strictObject({ allowlist: Path }),
    logLevel: z.enum(['debug', 'info', 'warn', 'error', 'silent']).default('info'),
    endWithStdin: z.boolean().default(false),
  })
  .refine((c) => c.dev || c.tls !== null, { path: ['tls'], error: 'plain HTTP is for dev only' })
  .refine((c) => !c.dev || c.listen.host === '127.0.0.1', {
    path: ['listen', 'host'],
    error: 'dev listens on 127.0.0.1',
  });
export type Config = z.infer<typeof Config>;
/** The configuration as it is written. */
export type ConfigInput = z.input<typeof Config>;

/** Reads one of the Signer's own files. Throws LackFault `file_missing`. */
export async function readOwn(path: string): Promise<Buffer> {
  return readFile(path).catch((cause: unknown) => {
    throw new LackFault('file_missing', path, cause);
  });
}

/** Runs a reading of one of the Signer's own files; what is wrong with it is then the file's. Throws LackFault `file_malformed`. */
export function ownFile<T>(path: string, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    if (isFault(cause)) throw new LackFault('file_malformed', `${path}: ${cause.message}`, cause);
    throw cause;
  }
}

function absolute(config: Config, folder: string): Config {
  const at = (path: string) => resolve(folder, path);
  const { tls, keys } = config;
  return {
    ...config,
    data: at(config.data),
    chain: at(config.chain),
    policy: at(config.policy),
    tls: tls && { cert: at(tls.cert), key: at(tls.key) },
    keys: {
      files: keys.files === null ? null : at(keys.files),
      pkcs11: keys.pkcs11.map((p) => ({ ...p, pin: at(p.pin) })),
    },
    release: { allowlist: at(config.release.allowlist) },
  };
}

/** Reads a configuration file; relative paths in it are from its folder. Throws LackFault `file_missing`, `file_malformed`. */
export async function readConfig(path: string): Promise<Config> {
  const bytes = await readOwn(path);
  const config = ownFile(path, () => parseAs(Config, parseStrict(bytes, { numbers: 'double' })));
  return absolute(config, dirname(resolve(path)));
}
