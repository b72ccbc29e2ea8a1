// A rehearsal's real world for tests: SoftHSM, virtual keys and a board in a folder that can be copied, and people who do as told.
import { randomBytes } from 'node:crypto';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openFolderBoard } from '../../ceremony/boards/folder.ts';
import { ceremonyHsm } from '../../ceremony/hsm.ts';
import { makeOpening } from '../../ceremony/opening.ts';
import type { CeremonyPorts, RunningCeremony } from '../../ceremony/ports.ts';
import { makeRehearsal, placesIn, readRehearsal } from '../../ceremony/rehearsal/rehearsal.ts';
import { openHands } from '../../cli/hand/hand.ts';
import type { Role, Script } from '../../core/ceremony/script.ts';
import type { Opening } from '../../core/ceremony/transcript.ts';
import { nodeCrypto } from '../../ports/crypto.ts';
import { keepDriver, startDriver, type Driver } from '../../ports/driver.ts';
import type { Person } from '../../ports/hand/person.ts';
import { readPin } from '../../ports/private-file.ts';
import { SCRIPT } from '../support/ceremony-world.ts';

export const machine = {
  crypto: nodeCrypto,
  now: () => new Date(),
  random: (bytes: number) => new Uint8Array(randomBytes(bytes)),
};

/** A new rehearsal's folder; nothing was opened in it. */
export async function rehearsalFolder(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'rehearsal-'));
  await makeRehearsal(folder, machine, (driver, config, env) => startDriver({ driver, config, env }));
  return folder;
}

/** A copy that knows nothing of the first: the token's configuration names its folder. */
export function copyOf(folder: string): string {
  const copy = mkdtempSync(join(tmpdir(), 'rehearsal-'));
  cpSync(folder, copy, { recursive: true });
  const { conf } = placesIn(copy);
  writeFileSync(conf, readFileSync(conf, 'utf8').replaceAll(folder, copy), { mode: 0o600 });
  return copy;
}

export const remove = (folder: string): void => rmSync(folder, { recursive: true, force: true });

/** Types the PINs of the folder and touches at once. */
const obedient = (folder: string): Person => ({
  pin: (device) => {
    const hsm = device.startsWith('pkcs11:') || device.startsWith('token ');
    return readPin(join(placesIn(folder).pins, hsm ? 'hsm' : device));
  },
  phase: () => undefined,
  touch: async () => true,
});

export interface TestWorld {
  readonly ports: CeremonyPorts;
  readonly folder: string;
  readonly driver: Driver<'pkcs11'>;
  close(): Promise<void>;
}

/** The ports of a rehearsal's folder; close them, or their processes stay. */
export async function openTestWorld(folder: string): Promise<TestWorld> {
  const rehearsal = await readRehearsal(folder);
  if (!rehearsal) throw new Error('no rehearsal');
  const { board: place, conf, keys } = placesIn(folder);
  const board = await openFolderBoard(place, machine);
  const person = obedient(folder);
  const kept = keepDriver(
    () =>
      startDriver({
        driver: 'pkcs11',
        config: { module: rehearsal.module },
        env: { SOFTHSM2_CONF: conf },
      }),
    { clock: () => performance.now(), sleep: async () => undefined },
  );
  const { latest } = await board.trust();
  const reach = { hid: false, virtual: keys, modules: [] };
  const hands = await openHands({
    directory: latest,
    reach,
    person,
    asksAgain: false,
    say: () => undefined,
  });
  return {
    folder,
    driver: await kept.get(),
    ports: {
      ...machine,
      board,
      hsm: ceremonyHsm({ crypto: nodeCrypto, driver: kept, person }),
      hand: ({ officer, device }, name, object, signal) =>
        hands.of(officer, device).sign(name, object, signal),
    },
    close: async () => void (await Promise.all([hands.close(), kept.close()])),
  };
}

/** The opening of the folder's ceremony, with what a test changes of the wish. */
export async function openingFor(
  { ports, folder }: TestWorld,
  change: { readonly script?: Script } = {},
): Promise<Opening> {
  const rehearsal = await readRehearsal(folder);
  if (!rehearsal) throw new Error('no rehearsal');
  const { people, key, token } = rehearsal;
  const wish = { kind: 'rehearsal', script: SCRIPT, people, key, token, overlapDays: 30 } as const;
  return makeOpening(ports, { ...wish, ...change });
}

/** The next thing that obedient people do: an act, a word, or one signature. False when the ceremony is over. */
export async function once(running: RunningCeremony): Promise<boolean> {
  const { place, pending } = running.state();
  if (place.at !== 'step') return false;
  const [role] = pending?.missing ?? [];
  if (role !== undefined) await running.sign(role);
  else if ('do' in place.step && place.step.act !== undefined) await running.act();
  else await running.say('do' in place.step ? 'done' : 'yes');
  return true;
}

/** Goes on until the ceremony is over, or `until` holds. */
export async function hold(running: RunningCeremony, until: () => boolean = () => false): Promise<void> {
  while (!until() && (await once(running)));
}

/** Until this step is next and nothing of it was done. */
export async function upTo(running: RunningCeremony, step: string): Promise<void> {
  const there = (): boolean => {
    const { place, pending } = running.state();
    const name = place.at === 'step' ? ('do' in place.step ? place.step.do : place.step.if) : '';
    return pending === null && name === step;
  };
  await hold(running, there);
}

/** What each signs with, by role, in an opening. */
export const personIn = ({ people }: Opening, role: Role) => people.find((one) => one.role === role)!;

/** The keys that the token has now. */
export async function keysOn({ driver }: TestWorld, token: string): Promise<string[]> {
  const { keys } = await driver.call('keys', { token }, { deadlineMs: 20_000 });
  return keys.map(({ uri }) => uri);
}

export const linesIn = (folder: string): string[] =>
  readFileSync(join(folder, 'ceremony.jsonl'), 'utf8').trimEnd().split('\n');
