// The world's Signer on the installation that is there, at the port that it had; and what is done where it cannot start.
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Crew } from '../crew/crew.ts';
import { PartFailed, PartLate } from '../crew/failed.ts';
import { startSigner, type Servers, type Signer } from '../setup/servers.ts';
import type { Args } from './args.ts';
import { moveAside, openInstallation, type Opened, type Standing } from './installation.ts';
import { lastPort, placesOf } from './state.ts';

export interface OpenOptions {
  readonly crew: Crew;
  readonly args: Args;
  readonly servers: Servers;
  readonly say: (line: string) => void;
  readonly log: NodeJS.WritableStream;
}

/** A Signer that runs, and what it runs on. */
export interface OpenedSigner {
  readonly standing: Standing;
  readonly signer: Signer;
}

const PAUSE_MS = 500;
const MOST_TRIES = 20;

/** The Signer's port of the last time when nobody has it now, else 0. */
async function portFor(state: string): Promise<number> {
  const port = await lastPort(state);
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(0));
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(port)));
  });
}

/** The Signer of a world that was killed a moment ago still has the data, and is about to let it go. */
const isLocked = (thrown: unknown): boolean =>
  thrown instanceof PartFailed && thrown.message.includes('[data_locked]');

async function start(options: OpenOptions, standing: Standing): Promise<OpenedSigner> {
  const { crew, args, servers, log } = options;
  const home = { ...standing, poeTtl: args.poeTtl };
  for (let tries = 1; ; tries++) {
    try {
      const port = await portFor(args.state);
      return { standing, signer: await startSigner(crew, home, servers, port, log) };
    } catch (thrown) {
      if (!isLocked(thrown) || tries === MOST_TRIES || crew.ending) throw thrown;
      await sleep(PAUSE_MS);
    }
  }
}

/** Whether what was kept is to blame: not where it is in use, or this computer is only slow. */
function isSpoiled(thrown: unknown): boolean {
  return thrown instanceof PartFailed && !(thrown instanceof PartLate) && !isLocked(thrown);
}

/** Starts it. Where it cannot live with what was kept, that is moved aside, once, and made anew. Rejects with PartFailed. */
export async function openSigner(options: OpenOptions, opening: Promise<Opened>): Promise<OpenedSigner> {
  const { crew, args, say } = options;
  const { standing, reused } = await opening;
  try {
    return await start(options, standing);
  } catch (thrown) {
    if (!reused || crew.ending || !isSpoiled(thrown)) throw thrown;
    const { installation } = placesOf(args.state);
    await moveAside(installation, new Date(), thrown, say);
    return start(options, (await openInstallation(crew, installation, new Date(), say)).standing);
  }
}
