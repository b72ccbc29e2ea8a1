// Holds a rehearsal's ceremony and kills itself: `child.ts FOLDER effect` at the first effect whose line is not written yet, `line N` after N lines.
import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { openCeremony, readOpening } from '../../ceremony/ceremony.ts';
import type { CeremonyPorts } from '../../ceremony/ports.ts';
import { hold, openTestWorld, openingFor } from './stage.ts';

const [folder = '', at = ''] = process.argv.slice(2);
const world = await openTestWorld(folder);
const die = (): void => void process.kill(process.pid, 'SIGKILL');

/** Dies when the effect is there and nothing of the ceremony says so on disk. */
async function dying<T>(name: string, effect: Promise<T>): Promise<T> {
  const made = await effect;
  if (at !== 'effect') return made;
  appendFileSync(join(folder, 'died.txt'), `${name}\n`);
  die();
  return made;
}

const { hsm, board, hand, ...rest } = world.ports;
let left = at === 'effect' ? -1 : Number(at.slice('line '.length));
const ports: CeremonyPorts = {
  ...rest,
  hsm: {
    check: (serial, signal) => hsm.check(serial, signal),
    find: (serial, id, signal) => hsm.find(serial, id, signal),
    generate: (serial, id, label, signal) => dying('generate', hsm.generate(serial, id, label, signal)),
    sign: (uri, message, signal) => dying('sign', hsm.sign(uri, message, signal)),
  },
  board: {
    trust: () => board.trust(),
    checkpoint: () => board.checkpoint(),
    publish: (proposal, since) => dying('publish', board.publish(proposal, since)),
  },
  hand: async (person, name, object, signal) => {
    const signing = hand(person, name, object, signal);
    return name === 'directory' ? dying('voice', signing) : signing;
  },
  wrote: () => {
    left -= 1;
    if (left === 0) die();
  },
};
const begun = await readOpening(folder);
const running = await openCeremony(folder, begun === null ? await openingFor(world) : null, ports);
await hold(running);
await running.close();
await world.close();
process.stdout.write('over\n');
