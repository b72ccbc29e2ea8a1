// Opens a ceremony in its folder, drives it, and at its end writes the transcript and verifies it like anybody else.
import { join } from 'node:path';
import { openCeremony } from '../../ceremony/ceremony.ts';
import type { CeremonyPorts } from '../../ceremony/ports.ts';
import { renderTranscript, verdictRows } from '../../core/ceremony/text.ts';
import { columns } from '../../core/ceremony/page.ts';
import { kindOf, type Opening, type Transcript } from '../../core/ceremony/transcript.ts';
import { verifyTranscript } from '../../core/ceremony/verify.ts';
import { canonical, parseCanonical } from '../../core/json/canonical.ts';
import { Directory } from '../../core/directory/directory.ts';
import { parseAs } from '../../core/json/schema.ts';
import { nodeCrypto } from '../../ports/crypto.ts';
import { readIfThere, writeAtomic } from '../../ports/files.ts';
import { printLines } from '../report.ts';
import { drive, type Seat } from './drive.ts';
import { directoryLines } from './show.ts';
import type { CeremonyWorld } from './world.ts';

/** The files that the end leaves in the folder. */
export const transcriptFiles = (folder: string) => ({
  json: join(folder, 'transcript.json'),
  text: join(folder, 'transcript.txt'),
});

/** What a version changes: the step alone names its digest, and nobody signs what they did not read. */
async function changesOf({ board }: CeremonyPorts, next: Directory): Promise<string[]> {
  return directoryLines((await board.trust()).at(next.previous ?? ''), next);
}

/** Shows a version of the directory before a device signs it. */
function showing(seat: Seat, ports: CeremonyPorts): CeremonyPorts {
  const { hand, ...rest } = ports;
  return {
    ...rest,
    async hand(person, name, object, signal) {
      if (name === 'directory') {
        const lines = await changesOf(ports, parseAs(Directory, object));
        seat.terminal.say(`\n${lines.join('\n')}\n`);
      }
      seat.terminal.say(`${person.role}: ${person.officer}, your device ${person.device} signs it now.\n`);
      return hand(person, name, object, signal);
    },
  };
}

async function writeTranscript(folder: string, ports: CeremonyPorts, transcript: Transcript): Promise<void> {
  const { json, text } = transcriptFiles(folder);
  await writeAtomic(json, canonical(transcript));
  const written = parseCanonical((await readIfThere(json)) ?? new Uint8Array());
  const trust = await ports.board.trust();
  const kind = kindOf(transcript);
  const verdict = verifyTranscript(nodeCrypto, trust, kind, written);
  const head = kind === 'real' ? 'Verified.' : 'REHEARSAL: verified as a rehearsal, and never as real.';
  await writeAtomic(text, Buffer.from(renderTranscript(transcript, verdict)));
  printLines([head, ...columns(verdictRows(verdict)), `transcript: ${json}`, `for people: ${text}`]);
}

/** Exit code: 0 done, 1 it ended without its effect, 2 it waits to be taken up again. */
export async function runCeremony(
  seat: Seat,
  world: CeremonyWorld,
  folder: string,
  opening: Opening | null,
): Promise<number> {
  const running = await openCeremony(folder, opening, showing(seat, world.ports));
  try {
    const changes = (next: Directory) => changesOf(world.ports, next);
    if (!(await drive({ ...seat, changes }, running))) {
      seat.terminal.say(
        `\nThe ceremony waits; nothing is lost. Go on with:\n  stella ceremony resume --folder ${folder}\n`,
      );
      return 2;
    }
    await writeTranscript(folder, world.ports, running.transcript());
    const { place } = running.state();
    return place.at === 'end' && place.end.outcome === 'done' ? 0 : 1;
  } finally {
    await running.close();
  }
}
