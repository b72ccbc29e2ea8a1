// A whole demo installation with a Signer that a test may kill: what the scenes play on, without the scenes.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readArgs } from '../../demo/args.ts';
import { Crew } from '../../demo/crew/crew.ts';
import { narratorTo } from '../../demo/narrator/narrator.ts';
import type { Hand } from '../../demo/person/hand.ts';
import { scriptedHand } from '../../demo/person/hand.ts';
import { openDesk, pinsOf, type Desk } from '../../demo/scenes/desk.ts';
import { openStage, type Stage } from '../../demo/scenes/stage.ts';
import { startSigner } from '../../demo/setup/servers.ts';
import type { OfficerId } from '../../demo/setup/people.ts';

/** A link that comes back at once, so that a test need not wait for it. */
export const impatient = { backoffFirst: 50, backoffMost: 300 };

const silent = narratorTo({ write: () => true }, {});

export interface TestStage {
  readonly stage: Stage;
  /** Ends the Signer with SIGKILL, as a power cut would. */
  kill(): Promise<void>;
  /** Starts it again on the same port and the same data. */
  restart(): Promise<void>;
  /** What the log says of a request, in order: read from the Signer's own database, which must be ended or idle. */
  leaves(requestId: string): string[];
  /** An officer's Console in this process; `onTouch` is told when the security key is touched. */
  desk(officer: OfficerId, device: string, onTouch?: () => void): Promise<Desk>;
  close(): Promise<void>;
}

/** Makes one. Close it, or its processes stay. */
export async function makeStage(): Promise<TestStage> {
  const crew = new Crew();
  const out = mkdtempSync(join(tmpdir(), 'demo-stage-'));
  const terminal = { input: process.stdin, say: () => undefined, interrupt: () => undefined };
  const stage = await openStage({ args: readArgs([], {}), crew, narrator: silent, terminal, out });
  let { part } = stage.signer;
  const { installation, servers, signer } = stage;
  return {
    stage,
    kill: () => part.end('SIGKILL'),
    async restart() {
      ({ part } = await startSigner(crew, installation, servers, signer.port));
    },
    leaves: (requestId) => leavesIn(join(installation.places.signerData, 'signer.sqlite'), requestId),
    desk: (officer, device, onTouch) => {
      const person = installation.people[officer];
      const script = scriptedHand(officer, pinsOf(person, installation.keys.keyful), silent);
      const hand: Hand = {
        ...script,
        touch: (ask, signal) => {
          onTouch?.();
          return script.touch(ask, signal);
        },
      };
      const { certificates, trust } = installation;
      const where = { signerUrl: signer.url, ca: certificates.ca, pin: trust.pin };
      return openDesk({ crew, person, device, hand, ...where, timings: impatient });
    },
    async close() {
      await crew.end();
      rmSync(out, { recursive: true, force: true });
    },
  };
}

function leavesIn(path: string, requestId: string): string[] {
  const database = new DatabaseSync(path, { readOnly: true });
  try {
    const rows = database.prepare('select record from leaves order by idx').all();
    const records = rows.map(({ record }) => JSON.parse(Buffer.from(record as Uint8Array).toString()));
    return records.filter((r) => r.requestId === requestId).map((r) => r.event as string);
  } finally {
    database.close();
  }
}

/** What a test looks at in a journal's entries. */
export interface Entry {
  readonly event: string;
  readonly sealed?: { readonly decision: { readonly requestId: string } };
}

/** The entries of a Console's journal, oldest first; a last line that is still being written is left out. */
export function journalIn(dataDir: string): Entry[] {
  try {
    const text = readFileSync(join(dataDir, 'journal', 'journal.lines'), 'utf8');
    const whole = text.slice(0, text.lastIndexOf('\n') + 1).split('\n');
    return whole.filter((line) => line !== '').map((line) => JSON.parse(line).entry);
  } catch (thrown) {
    if (thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT') return [];
    throw thrown;
  }
}
