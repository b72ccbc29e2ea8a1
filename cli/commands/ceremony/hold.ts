// stella ceremony rehearse, run and resume: three people at one terminal.
import { resolve } from 'node:path';
import { makeOpening } from '../../../ceremony/opening.ts';
import { makeRehearsal, readRehearsal } from '../../../ceremony/rehearsal/rehearsal.ts';
import { readScript } from '../../../ceremony/script-file.ts';
import { Role, type Script } from '../../../core/ceremony/script.ts';
import type { Person } from '../../../core/ceremony/transcript.ts';
import { fromUtf8 } from '../../../core/bytes/bytes.ts';
import { LackFault } from '../../../core/fault/fault.ts';
import { Digest } from '../../../core/json/digest.ts';
import { readArgs } from '../../args.ts';
import { readBytes, readTrust } from '../../files.ts';
import { ownTerminal } from '../../hand/options.ts';
import { driverEntry, startOwnDriver, stockScript } from '../../parts.ts';
import type { Command } from '../../report.ts';
import { runCeremony } from '../../ceremony/finish.ts';
import type { Seat } from '../../ceremony/drive.ts';
import { writeSetup } from '../../ceremony/setup.ts';
import { machine, openWorld, type CeremonyWorld } from '../../ceremony/world.ts';

const HELP = `stella ceremony rehearse [SCRIPT] --folder F [--overlap-days N] [--pins FOLDER]
stella ceremony run SCRIPT --folder F --signer URL --ca FILE (--pin DIGEST | --directory D) --key NAME --token SERIAL
    --module PATH --overlap-days N --operator ID[/DEVICE] --custodian ID[/DEVICE] --witness ID[/DEVICE]
    [--virtual FOLDER] [--pins FOLDER]
stella ceremony resume --folder F [--pins FOLDER]

  --folder F          a folder of the ceremony's own; rehearse and run want an empty one
  --signer URL        where the Signer is; --ca names the certificate (PEM) that its own must be issued by
  --pin DIGEST        the digest of the directory's version 1; or --directory, a chain that you trust
  --key NAME          the key that is replaced, by its name in the directory
  --token SERIAL      the HSM that gets the new key
  --module PATH       the PKCS#11 library of that HSM (SoftHSM: its SOFTHSM2_CONF is taken from the environment)
  --overlap-days N    how long the old key may still sign
  --virtual FOLDER    virtual security keys, for a demo's directory only
  --pins FOLDER       PINs in files that only you may read, by device id and hsm; otherwise they are typed
`;

const options = {
  folder: { type: 'string' },
  signer: { type: 'string' },
  ca: { type: 'string' },
  pin: { type: 'string' },
  directory: { type: 'string' },
  key: { type: 'string' },
  token: { type: 'string' },
  module: { type: 'string' },
  'overlap-days': { type: 'string' },
  operator: { type: 'string' },
  custodian: { type: 'string' },
  witness: { type: 'string' },
  virtual: { type: 'string' },
  pins: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
} as const;

type Given = ReturnType<typeof readArgs<typeof options>>['values'];

const USUAL_OVERLAP = '30';

const usage = (why: string): LackFault => new LackFault('usage', why);

function wanted(given: Given, name: Exclude<keyof typeof options, 'help'>): string {
  const value = given[name];
  if (value === undefined || value === '') throw usage(`--${name} is wanted`);
  return value;
}

const folderIn = (given: Given): string => resolve(wanted(given, 'folder'));
const pinsIn = ({ pins }: Given): string | null => (pins === undefined ? null : resolve(pins));

function daysIn(text: string): number {
  const days = /^\d{1,4}$/.test(text) ? Number(text) : 0;
  if (days < 1 || days > 3650) throw usage('--overlap-days wants 1 to 3650');
  return days;
}

/** Throws LackFault `file_missing`, Refusal `ceremony_script`. */
const scriptIn = async (path: string): Promise<Script> => readScript(await readBytes(path));

async function atTerminal(
  folder: string,
  pins: string | null,
  job: (seat: Seat, world: CeremonyWorld) => Promise<number>,
): Promise<number> {
  const { terminal, signal, release } = ownTerminal();
  try {
    const world = await openWorld(folder, terminal, pins);
    try {
      return await job({ terminal, signal }, world);
    } finally {
      await world.close();
    }
  } finally {
    release();
  }
}

const rehearse: Command = async (argv) => {
  const { values, positionals } = readArgs(argv, options, 1);
  if (values.help) return (process.stdout.write(HELP), 0);
  const folder = folderIn(values);
  const script = await scriptIn(positionals[0] ?? stockScript());
  const overlapDays = daysIn(values['overlap-days'] ?? USUAL_OVERLAP);
  driverEntry(); // a lack is told before a folder is filled that the next try would find full
  const made = await makeRehearsal(folder, machine, (driver, config, env) =>
    startOwnDriver({ driver, config, env }),
  );
  process.stderr.write(
    `REHEARSAL: its HSM, its people's keys, its directory and its log are in ${folder}, the PINs in ${folder}/pins.\n` +
      `No Signer takes part: the directory is published in ${folder}/board and nowhere else.\n`,
  );
  return atTerminal(folder, pinsIn(values), async (seat, world) => {
    const { people, key, token } = made;
    const wish = { kind: 'rehearsal', script, people, key, token, overlapDays } as const;
    return runCeremony(seat, world, folder, await makeOpening(world.ports, wish));
  });
};

async function pinOf(given: Given): Promise<string> {
  const { pin, directory } = given;
  if (pin !== undefined && !Digest.safeParse(pin).success)
    throw usage('--pin wants sha256: and 64 hex digits');
  if (directory === undefined) return wanted(given, 'pin');
  return (await readTrust(directory, pin)).signer;
}

function peopleIn(given: Given, { hands }: CeremonyWorld): Person[] {
  return Role.options.map((role) => {
    const [id = '', device, ...more] = wanted(given, role).split('/');
    if (more.length > 0) throw usage(`--${role} wants ID or ID/DEVICE`);
    return { role, officer: id, device: hands.of(id, device).device.id };
  });
}

const run: Command = async (argv) => {
  const { values, positionals } = readArgs(argv, options, 1);
  if (values.help) return (process.stdout.write(HELP), 0);
  const folder = folderIn(values);
  const [path] = positionals;
  if (path === undefined) throw usage('name the script');
  const script = await scriptIn(path);
  const overlapDays = daysIn(wanted(values, 'overlap-days'));
  const [key, token, module] = [
    wanted(values, 'key'),
    wanted(values, 'token'),
    resolve(wanted(values, 'module')),
  ];
  if (await readRehearsal(folder)) throw usage(`${folder} is a rehearsal's`);
  await writeSetup(folder, {
    _type: 'https://stella.ops/signer/ceremony-setup/v1',
    signer: wanted(values, 'signer'),
    ca: values.ca === undefined ? null : fromUtf8(await readBytes(values.ca)),
    pin: await pinOf(values),
    module,
    conf: process.env['SOFTHSM2_CONF'] ?? null,
    virtual: values.virtual === undefined ? null : resolve(values.virtual),
  });
  return atTerminal(folder, pinsIn(values), async (seat, world) => {
    const people = peopleIn(values, world);
    const wish = { kind: 'real', script, people, key, token, overlapDays } as const;
    return runCeremony(seat, world, folder, await makeOpening(world.ports, wish));
  });
};

const resume: Command = async (argv) => {
  const { values } = readArgs(argv, options);
  if (values.help) return (process.stdout.write(HELP), 0);
  const folder = folderIn(values);
  return atTerminal(folder, pinsIn(values), (seat, world) => runCeremony(seat, world, folder, null));
};

/** The commands that hold a ceremony, by their names after `stella ceremony`. */
export const holding: Readonly<Record<string, Command>> = { rehearse, run, resume };
