// The world's installation: made once in its folder, taken up again on the next start, and moved aside when it does not fit.
import { access, mkdir, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { Seat } from '../../contract/demo/world.ts';
import { isFault } from '../../core/fault/fault.ts';
import { canonical } from '../../core/json/canonical.ts';
import { Digest } from '../../core/json/digest.ts';
import { parseStrict } from '../../core/json/parse.ts';
import { parseAs } from '../../core/json/schema.ts';
import { KeyName, Time } from '../../core/name/names.ts';
import { DirectoryChain, verifyChain } from '../../core/trust/chain.ts';
import { nodeCrypto } from '../../ports/crypto.ts';
import { makePrivateDir, writeAtomic } from '../../ports/files.ts';
import type { Crew } from '../crew/crew.ts';
import { PartFailed } from '../crew/failed.ts';
import { install, placesIn, type Installation } from '../setup/install.ts';
import type { SignerHome } from '../setup/servers.ts';
import { seatsOf } from './seats.ts';

/** Raised whenever an installation of the version before cannot be used any more. */
const VERSION = 3;
const DAYS = 365;
const DAY_MS = 86_400_000;
/** So that a thousand rows can be had at once. */
const RATE = 100_000;

const Path = z.string().min(1).max(4096);

/** `installation.json`, written last: a folder without it was never finished. Absolute paths, so that a copy is none. */
const Made = z.strictObject({
  version: z.literal(VERSION),
  home: Path,
  pin: Digest,
  trusted: Digest,
  release: KeyName,
  keyful: KeyName,
  until: Time,
  token: z
    .strictObject({
      module: Path,
      conf: Path,
      serial: z.string().min(1).max(64),
      label: z.string().max(64),
      pin: z.string().max(64),
    })
    .nullable(),
  seats: z.array(Seat).min(1).max(16),
});
type Made = z.infer<typeof Made>;

/** An installation that can be started. `trusted` is the scanner image that the allowlist names; `ca` is PEM. */
export interface Standing extends SignerHome {
  readonly made: Made;
  readonly ca: string;
}

const recordIn = (home: string): string => join(home, 'installation.json');

function recordOf({ places, keys, trust, trusted }: Installation, seats: Seat[], now: Date): Made {
  const { home } = places;
  const { release, keyful, token } = keys;
  const until = new Date(now.getTime() + (DAYS - 1) * DAY_MS).toISOString();
  const own = token && {
    module: token.module,
    conf: token.conf,
    serial: token.serial,
    label: token.label,
    pin: token.pin,
  };
  return { version: VERSION, home, pin: trust.pin, trusted, release, keyful, until, token: own, seats };
}

async function make(crew: Crew, home: string, now: Date): Promise<void> {
  await makePrivateDir(home);
  const installation = await install(crew, home, now, { days: DAYS, rate: RATE });
  const seats = await seatsOf(crew, installation);
  await writeAtomic(recordIn(home), canonical(recordOf(installation, seats, now)));
}

/** Every file that the record names and that nothing can go without. */
function needed({ token, seats }: Made): string[] {
  return [
    ...(token === null ? [] : [token.module, token.conf]),
    ...seats.flatMap(({ securityKeys, tokens, dataDir, machineKeys }) => [
      ...securityKeys.map(({ store }) => store),
      ...tokens.flatMap(({ module, env }) => [module, ...Object.values(env)]),
      dataDir,
      machineKeys,
    ]),
  ];
}

/** Reads it and checks what can be checked without starting anything. Throws PartFailed with the reason, or a fault. */
export async function readInstallation(home: string, now: Date): Promise<Standing> {
  const made = parseAs(Made, parseStrict(await readFile(recordIn(home))));
  if (made.home !== home) throw new PartFailed('set-up', `it was made for ${made.home}`);
  if (made.until < now.toISOString()) throw new PartFailed('set-up', 'its certificates end soon');
  for (const path of needed(made)) await access(path);
  const places = placesIn(home);
  const chain = parseAs(DirectoryChain, parseStrict(await readFile(places.chain)));
  const { latest } = verifyChain(nodeCrypto, chain, made.pin);
  const ca = (await readFile(places.ca)).toString();
  return { made, ca, places, keys: { token: made.token }, trust: { directory: latest, pin: made.pin } };
}

const isThere = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false, // whatever is wrong with it is told when it is opened
  );

function why(thrown: unknown): string {
  if (isFault(thrown)) return `${thrown.code} ${thrown.detail}`.trim();
  return thrown instanceof Error ? thrown.message : String(thrown);
}

/** Moves an installation aside, beside where it was, and says so. */
export async function moveAside(
  home: string,
  now: Date,
  reason: unknown,
  say: (line: string) => void,
): Promise<void> {
  const aside = `${home}-${now.toISOString().replaceAll(/[:.]/g, '-')}`;
  await rename(home, aside);
  say(`the installation could not be used (${why(reason)}); it lies in ${aside} now, and a new one is made`);
}

/** An installation, and whether it was there before. */
export interface Opened {
  readonly standing: Standing;
  readonly reused: boolean;
}

/**
 * Opens the installation in `home`, or makes one there. One that is broken, older or made elsewhere is moved aside, which
 * `say` is told in one line. Rejects with PartFailed, or the system's error.
 */
export async function openInstallation(
  crew: Crew,
  home: string,
  now: Date,
  say: (line: string) => void,
): Promise<Opened> {
  if (await isThere(home)) {
    try {
      return { standing: await readInstallation(home, now), reused: true };
    } catch (thrown) {
      await moveAside(home, now, thrown, say);
    }
  }
  await mkdir(join(home, '..'), { recursive: true, mode: 0o700 });
  await make(crew, home, now);
  return { standing: await readInstallation(home, now), reused: false };
}
