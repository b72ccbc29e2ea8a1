// stella key: what the directory says of the Signer's keys, and an officer's order to stop signing with one.
import { randomBytes } from 'node:crypto';
import { paths } from '../../contract/wire/paths.ts';
import type { SealedSuspension, Suspension } from '../../core/decision/suspension.ts';
import { signable } from '../../core/decision/signable.ts';
import type { SignerKey } from '../../core/directory/directory.ts';
import { keyNamed } from '../../core/directory/lookup.ts';
import { successorOf } from '../../core/directory/succession.ts';
import { DeviceFault, LackFault, Refusal, isFault } from '../../core/fault/fault.ts';
import { canonical } from '../../core/json/canonical.ts';
import { digestOf } from '../../core/json/digest.ts';
import { parseAs } from '../../core/json/schema.ts';
import { visible } from '../../core/review/text.ts';
import type { Trust } from '../../core/trust/chain.ts';
import {
  PublishedSuspension,
  suspensionNow,
  verifyPublished,
  type KeySuspension,
} from '../../core/trust/suspensions.ts';
import { nodeCrypto } from '../../ports/crypto.ts';
import { readArgs } from '../args.ts';
import { readTrust, trustIn } from '../files.ts';
import { HAND_HELP, handOptions, handsAt, ownTerminal, type HandArgs } from '../hand/options.ts';
import { printJson, printLines, type Command } from '../report.ts';
import { askSigner, signerAt } from '../signer.ts';

const HELP = `stella key list (--directory FILE | --signer URL [--ca FILE]) [--pin DIGEST] [--json]
stella key suspend KEY --signer URL [--ca FILE] --directory FILE [--pin DIGEST] --officer ID --reason TEXT [DEVICE] [--json]

list     the Signer's keys: the state of each, which replaces it and until when it may sign, who suspended which until when
suspend  stops the Signer from signing with KEY for 24 hours, at once, by one officer; a quorum can make it final or lift it

  --signer URL       the Signer; https wants --ca, http is for a loopback address
  --ca FILE          the certificate (PEM) of the only CA that is trusted for it
  --directory FILE   the Signer's directory chain, as you trust it
  --pin DIGEST       the digest of its version 1, when you hold it from elsewhere
  --officer ID       who orders it
  --reason TEXT      why; everybody who reads the directory can read it
${HAND_HELP}  --json             one JSON object on stdout

The device asks for its touch; what is to be done is said on stderr. Ctrl-C cancels, and nothing is sent.
Exit status: 0 done, 1 refused, 2 something is lacking or nothing was sent.
`;

const options = {
  signer: { type: 'string' },
  ca: { type: 'string' },
  directory: { type: 'string' },
  pin: { type: 'string' },
  officer: { type: 'string' },
  reason: { type: 'string' },
  ...handOptions,
  json: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;

type Values = { readonly [K in keyof typeof options]?: string | boolean | undefined };

/** An option's text. Throws LackFault `usage` when it is not there. */
function wanted(values: Values, name: keyof typeof options): string {
  const value = values[name];
  if (typeof value !== 'string' || value === '') throw new LackFault('usage', `--${name} is wanted`);
  return value;
}

const text = (values: Values, name: keyof typeof options): string | undefined => {
  const value = values[name];
  return typeof value === 'string' ? value : undefined;
};

interface Listed {
  readonly key: SignerKey;
  readonly found: KeySuspension | null;
  readonly replacedBy: string | null;
}

function shown({ key, found, replacedBy }: Listed): object {
  const { name, use, state, approvalOnly, holder, notBefore, notAfter } = key;
  const suspended = found && {
    order: found.order,
    officer: found.sealed.suspension.officer,
    reason: found.sealed.suspension.reason,
    from: found.from,
    until: found.until,
  };
  return { name, use, state, approvalOnly, holder, notBefore, notAfter, replacedBy, suspended };
}

function lines({ key, found, replacedBy }: Listed): string[] {
  const { name, use, state, approvalOnly, holder, notAfter } = key;
  const more = [
    use,
    state,
    ...(approvalOnly ? ['approval-only'] : []),
    ...(holder ? [`held by ${holder}`] : []),
    ...(notAfter === null ? [] : [`until ${notAfter}`]),
  ];
  const first = [
    `${visible(name)}  ${more.join(', ')}`,
    ...(replacedBy === null ? [] : [`  replaced by ${visible(replacedBy)}`]),
  ];
  if (!found) return first;
  const { officer, reason } = found.sealed.suspension;
  return [
    ...first,
    `  SUSPENDED until ${found.until} by ${officer}: ${visible(reason)}`,
    `  order ${found.order}`,
  ];
}

async function trustFor(values: Values): Promise<Trust> {
  const [file, pin] = [text(values, 'directory'), text(values, 'pin')];
  if (file !== undefined && values.signer !== undefined)
    throw new LackFault('usage', 'give --directory or --signer');
  if (file !== undefined) return readTrust(file, pin);
  const signer = await signerAt(wanted(values, 'signer'), text(values, 'ca'));
  return trustIn(await askSigner(signer, paths.directory), pin);
}

async function list(values: Values): Promise<number> {
  const trust = await trustFor(values);
  const now = new Date().toISOString();
  const keys = trust.latest.keys.map((key) => ({
    key,
    found: suspensionNow(trust.suspensions, key.name, now),
    replacedBy: successorOf(trust.latest, key.name)?.name ?? null,
  }));
  const { version } = trust.latest;
  if (values.json === true) printJson({ directory: version, keys: keys.map(shown) });
  else printLines([...keys.flatMap(lines), `as of directory ${version}`]);
  return 0;
}

/** What the officer is asked to sign, before anything was asked of the device. */
function orderFor(trust: Trust, key: string, device: string, values: Values): Suspension {
  const { use } = keyNamed(trust.latest, key);
  if (use !== 'release') throw new Refusal('key_use', `${key} is the ${use} key`);
  const reason = wanted(values, 'reason');
  if (reason.trim() === '' || reason.length > 2000)
    throw new LackFault('usage', '--reason: 1 to 2000 characters');
  return {
    _type: signable.suspension.type,
    signer: trust.signer,
    directory: trust.latestDigest,
    key,
    reason,
    officer: wanted(values, 'officer'),
    device,
    machine: null,
    nonce: randomBytes(32).toString('base64url'),
    at: new Date().toISOString(),
  };
}

/** The Signer's answer counts when it is this very order, logged. Throws Refusal `suspension_invalid`. */
function checkAnswer(trust: Trust, order: Suspension, answer: unknown): KeySuspension {
  const known = verifyPublished(nodeCrypto, trust, parseAs(PublishedSuspension, answer));
  if (known.order !== digestOf(nodeCrypto, order))
    throw new Refusal('suspension_invalid', 'the Signer answered with another order');
  return known;
}

/** Said when no answer came: the order is out of hand, and only the Signer can tell. */
const SENT =
  'The order may have arrived. See with stella key list whether the key is suspended; if it is not, order it again.\n';

async function suspend(key: string | undefined, values: Values): Promise<number> {
  if (key === undefined) throw new LackFault('usage', 'which key?');
  const signer = await signerAt(wanted(values, 'signer'), text(values, 'ca'));
  const trust = await readTrust(wanted(values, 'directory'), text(values, 'pin'));
  const { terminal, signal, release } = ownTerminal();
  const hands = await handsAt(terminal, trust.latest, values as HandArgs);
  try {
    const hand = hands.of(wanted(values, 'officer'), text(values, 'device'));
    const suspension = orderFor(trust, key, hand.device.id, values);
    terminal.say(
      `Stops the Signer from signing with ${visible(key)} for 24 hours. A quorum can make it final or lift it.\n` +
        `Signer ${signer.url.host}, ${trust.latest.environment}, directory ${trust.latest.version}; ` +
        `by ${suspension.officer} with ${hand.device.id}. Why: ${visible(suspension.reason)}\n`,
    );
    const proof = await hand.sign('suspension', suspension, signal);
    if (signal.aborted) throw new DeviceFault('cancelled', 'before it was sent');
    const sealed: SealedSuspension = { suspension, proof, countersignature: null };
    const answer = await askSigner(signer, paths.suspensions, canonical(sealed)).catch((thrown: unknown) => {
      if (isFault(thrown) && thrown.kind === 'wire') terminal.say(SENT);
      throw thrown;
    });
    const known = checkAnswer(trust, suspension, answer);
    const { order, index, until } = known;
    if (values.json === true) printJson({ suspended: key, order, until, leaf: index });
    else
      printLines([
        `Suspended: nothing is signed with ${visible(key)} until ${until} (leaf ${index}).`,
        `order ${order}`,
      ]);
    return 0;
  } finally {
    release();
    await hands.close();
  }
}

/** Runs `stella key`. Faults are thrown; the caller turns them into exit codes. */
export const key: Command = async (argv) => {
  const { values, positionals } = readArgs(argv, options, 2);
  const [what, name] = positionals;
  if (values.help || what === undefined) return (process.stdout.write(HELP), values.help ? 0 : 2);
  if (what === 'list' && name === undefined) return list(values);
  if (what === 'suspend') return suspend(name, values);
  throw new LackFault('usage', `stella key ${what}`);
};
