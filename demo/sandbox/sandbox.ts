// The sandbox: issuer, licensing stub and Signer as processes of their own, over one folder, until somebody ends it.
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { parseAs } from '../../core/json/schema.ts';
import { writeAtomic } from '../../ports/files.ts';
import { canonical } from '../../core/json/canonical.ts';
import type { Crew } from '../crew/crew.ts';
import { startPart, type Part } from '../crew/part.ts';
import { UsageError, stateFolder, type Args } from './args.ts';
import { configFor } from './config.ts';
import { lossy } from './logs.ts';
import { openFreeHome, openHome, type Home } from './home.ts';

/** What a pipeline's writer is told, as the one line on stdout. */
export interface Told {
  readonly url: string;
  readonly token: string;
  readonly poe: string;
  readonly tenant: string;
  readonly scannerImageDigest: string;
}

/** A running sandbox. `gone` resolves with the name of the first part that ended by itself. */
export interface Sandbox {
  readonly told: Told;
  readonly gone: Promise<string>;
}

export const TENANT = 'sandbox';
export const AUDIENCE = 'signer';

const entry = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));

const IssuerReady = z.looseObject({ issuer: z.string(), jwks: z.string(), token: z.string() });
const LicensingReady = z.looseObject({ poe: z.string(), introspect: z.string() });
const SignerReady = z.looseObject({ port: z.int() });

/** Throws UsageError when somebody listens on the port already: the Signer would say so too, in many more words. */
function checkFree(port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', (thrown: NodeJS.ErrnoException) => {
      const why =
        thrown.code === 'EADDRINUSE' ? 'is in use' : `cannot be used (${thrown.code ?? thrown.message})`;
      reject(new UsageError(`port ${port} ${why}`));
    });
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve()));
  });
}

async function homeFor(data: string | null, now: Date): Promise<Home> {
  return data === null ? openFreeHome(stateFolder(process.env), now) : openHome(data, now);
}

async function standIns(crew: Crew, log: NodeJS.WritableStream): Promise<{ issuer: Part; licensing: Part }> {
  const [issuer, licensing] = await Promise.all([
    startPart(crew, { name: 'issuer', entry: entry('demo/issuer/main.ts'), args: ['0', AUDIENCE], log }),
    startPart(crew, { name: 'licensing', entry: entry('demo/licensing/main.ts'), args: ['0'], log }),
  ]);
  return { issuer, licensing };
}

/** Starts all parts. Rejects with UsageError, InUse, PartFailed or a fault; what was started is in the crew. */
export async function startSandbox(
  crew: Crew,
  args: Extract<Args, { kind: 'dev' }>,
  now: Date,
): Promise<Sandbox> {
  if (args.port !== 0) await checkFree(args.port);
  const home = await homeFor(args.data, now);
  crew.join(home.release);
  const log = lossy(process.stderr);
  const { issuer, licensing } = await standIns(crew, log);
  const { issuer: name, jwks, token } = parseAs(IssuerReady, issuer.ready);
  const { poe, introspect } = parseAs(LicensingReady, licensing.ready);
  const outside = {
    issuer: name,
    jwks,
    audience: AUDIENCE,
    introspect,
    poeTtl: args.poeTtl,
    port: args.port,
  };
  await writeAtomic(home.config, canonical(configFor(home, outside)));
  const signer = await startPart(crew, {
    name: 'signer',
    entry: entry('signer/app/main.ts'),
    args: [home.config],
    log,
  });
  const { port } = parseAs(SignerReady, signer.ready);
  const url = `http://127.0.0.1:${port}/api/v1/signer`;
  const parts = Object.entries({ issuer, licensing, signer });
  return {
    told: { url, token, poe, tenant: TENANT, scannerImageDigest: home.scannerImageDigest },
    gone: Promise.race(parts.map(([part, { exited }]) => exited.then(() => part))),
  };
}
