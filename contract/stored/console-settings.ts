// The Console's configuration on disk: what a person chose, and what the organisation's policy file fixes.
import { z } from 'zod';
import { Digest } from '../../core/json/digest.ts';
import { Id } from '../../core/name/names.ts';

export const appearances = ['system', 'light', 'dark', 'contrast'] as const;
export const languages = ['system', 'en', 'de'] as const;

const AbsolutePath = z
  .string()
  .max(4096)
  .regex(/^(?:\/|[A-Za-z]:\\)[^\0]*$/, 'not an absolute path');

/** Which Signer, and who sits here. `ca`: the only certificates that are trusted, PEM; null for loopback without TLS. */
export const SignerPlace = z.strictObject({
  url: z
    .string()
    .max(2000)
    .regex(/^https?:\/\/[^\s/?#@]+\/?$/, 'not an address'),
  ca: z.array(z.string().min(1).max(20_000)).min(1).max(16).nullable(),
  pin: Digest,
  officer: Id,
  machine: Id,
  device: Id,
});
export type SignerPlace = z.infer<typeof SignerPlace>;

/** A PKCS#11 module; `sha256` in hex, where another file is to be refused. `env` is its driver's whole environment. */
export const ModulePlace = z.strictObject({
  path: AbsolutePath,
  sha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .optional(),
  env: z.record(z.string().max(64), z.string().max(4096)).optional(),
});
export type ModulePlace = z.infer<typeof ModulePlace>;

/** `settings.json` and the policy file have one form; what a file leaves out it says nothing about. */
export const StoredSettings = z.strictObject({
  v: z.literal(1),
  appearance: z.enum(appearances).optional(),
  language: z.enum(languages).optional(),
  notifications: z.boolean().optional(),
  signer: SignerPlace.optional(),
  modules: z.array(ModulePlace).max(16).optional(),
  dataDir: AbsolutePath.optional(),
});
export type StoredSettings = z.infer<typeof StoredSettings>;

/** What an administrator hands out so that a person can connect: read once, shown, and confirmed in a native dialog. */
export const ConnectionFile = z.strictObject({ v: z.literal(1), signer: SignerPlace });
export type ConnectionFile = z.infer<typeof ConnectionFile>;
