// A whole ceremony in memory: three people with software devices, a software HSM key, a log; as honest parties would hold it.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readScript } from '../../ceremony/script-file.ts';
import {
  keyStatement,
  sealStatement,
  statementBytes,
  type Saying,
} from '../../core/ceremony/key-statements.ts';
import type { Output, OutputOf } from '../../core/ceremony/outputs.ts';
import { rotated, windowEnd } from '../../core/ceremony/rotation.ts';
import type { Act, DoStep, IfStep, Role, Script } from '../../core/ceremony/script.ts';
import {
  stepSignable,
  type CeremonyStep,
  type Kind,
  type SealedStep,
  type StepSignature,
} from '../../core/ceremony/step.ts';
import {
  lastDigest,
  makeStep,
  openingTypes,
  signersFor,
  transcriptTypes,
  type Happened,
  type Opening,
  type Transcript,
} from '../../core/ceremony/transcript.ts';
import { move, start } from '../../core/ceremony/walk.ts';
import type { Directory } from '../../core/directory/directory.ts';
import { digestOf } from '../../core/json/digest.ts';
import { keyId } from '../../core/key/keyid.ts';
import { verifyChain, type DirectoryChain, type Trust } from '../../core/trust/chain.ts';
import { wordsOf } from '../../core/words/words.ts';
import { nodeCrypto } from '../../ports/crypto.ts';
import { MiniLog } from './evidence-world.ts';
import { softKey, type SoftKey } from './keys.ts';
import type { SoftDevice } from './soft-devices.ts';
import { makeWorld, newRequestId, successor, type World } from './world.ts';

/** The script that ships. */
export const SCRIPT: Script = readScript(
  readFileSync(join(import.meta.dirname, '../../assets/ceremonies/rotate-signing-key.yaml')),
);

export const OPENED = '2026-11-23T12:00:00.000Z';
const OLD = 'file:release';
const TOKEN = '0a1b2c3d4e5f6071';
const NAME = `pkcs11:serial=${TOKEN};id=%01%02%03;type=private`;

/** What is otherwise than in an honest ceremony; everybody signs it all the same. */
export interface Plot {
  readonly world?: World;
  readonly kind?: Kind;
  readonly opening?: Partial<Opening>;
  /** By step: what happened instead of `done`, or `yes` to a question. `bare`: without the output. */
  readonly happens?: Readonly<Record<string, Partial<Happened> & { readonly bare?: boolean }>>;
  /** Changes what an act left behind, before it is signed. */
  readonly output?: (output: Output) => Output;
  /** Changes the step before it is signed. */
  readonly step?: (step: CeremonyStep) => CeremonyStep;
  /** Other people, or devices, in these roles: they sign as well. */
  readonly hands?: Partial<Hands>;
  /** Other signers, or another order, than the script wants. */
  readonly signers?: (roles: Role[], step: CeremonyStep) => Role[];
  /** A version between the opening and the decision. */
  readonly between?: (next: Directory) => void;
  /** Changes the version before its quorum signs it. */
  readonly decides?: (next: Directory) => void;
  /** The officers who sign the version; operator and custodian unless given. */
  readonly quorum?: readonly ('ana' | 'ben' | 'cai')[];
  /** The key that endorses; the old one unless given. */
  readonly endorser?: SoftKey;
  /** The key that proves possession; the new one unless given. */
  readonly possessor?: SoftKey;
  /** The log after; the Signer's own unless given. */
  readonly logAfter?: (log: MiniLog) => MiniLog;
  /** Steps that are played; all unless given. */
  readonly most?: number;
}

/** A ceremony that was held, with all that is needed to go on, or to forge. */
export interface Played {
  readonly world: World;
  readonly opening: Opening;
  readonly steps: readonly SealedStep[];
  readonly transcript: Transcript;
  readonly chain: DirectoryChain;
  readonly trust: Trust;
  readonly fresh: SoftKey;
}

/** Who has which role, with which device in hand. */
export type Hands = Readonly<Record<Role, { readonly officer: string; readonly device: SoftDevice }>>;

/** Operator, custodian and witness unless a plot says otherwise: a security key, an HSM, a security key. */
export const handsOf = ({ people }: World, others: Partial<Hands> = {}): Hands => ({
  operator: { officer: 'ana', device: people.ana.key },
  custodian: { officer: 'ben', device: people.ben.hsm },
  witness: { officer: 'dan', device: people.dan.key },
  ...others,
});

function signatureBy(hands: Hands, kind: Kind, role: Role, step: CeremonyStep): StepSignature {
  const { officer, device } = hands[role];
  return { role, officer, device: device.device.id, proof: device.prove(stepSignable[kind], step) };
}

class Stage {
  readonly world: World;
  readonly plot: Plot;
  readonly kind: Kind;
  readonly log: MiniLog;
  readonly opening: Opening;
  readonly fresh = softKey();
  readonly steps: SealedStep[] = [];
  chain: DirectoryChain;

  constructor(plot: Plot) {
    this.plot = plot;
    this.kind = plot.kind ?? 'real';
    this.world = plot.world ?? makeWorld();
    this.chain = this.world.chain;
    this.log = new MiniLog(this.world);
    const { world, log } = this;
    log.append({ event: 'directory', version: 1, digest: world.pin });
    this.noise();
    this.opening = {
      _type: openingTypes[this.kind],
      signer: world.pin,
      ceremony: newRequestId(),
      directory: world.pin,
      checkpoint: log.checkpoint([world.people.ana]),
      script: SCRIPT,
      people: Object.entries(handsOf(world, plot.hands)).map(([role, { officer, device }]) => ({
        role: role as Role,
        officer,
        device: device.device.id,
      })),
      key: OLD,
      token: TOKEN,
      overlapDays: 30,
      openedAt: OPENED,
      ...plot.opening,
    };
  }

  noise(): void {
    this.log.append({ event: 'session', officer: 'ana', machine: 'ana-machine', session: this.world.pin });
  }

  get at(): string {
    return new Date(Date.parse(OPENED) + 60_000 * (this.steps.length + 1)).toISOString();
  }

  #last<A extends Output['act']>(act: A): OutputOf<A> | undefined {
    const made = this.steps.map(({ step }) => step.output).findLast((output) => output?.act === act);
    return made as OutputOf<A> | undefined;
  }

  #hsm(): OutputOf<'check-hsm'> {
    const module = {
      manufacturer: 'Maker',
      description: 'PKCS#11',
      version: '2.6',
      digest: `sha256:${'ab'.repeat(32)}`,
    };
    const token = { label: 'release', manufacturer: 'Maker', model: 'HSM 2', firmware: '3.1' };
    return { act: 'check-hsm', serial: TOKEN, ...token, module };
  }

  #generated(): OutputOf<'generate-key'> {
    const { key } = this.fresh;
    return {
      act: 'generate-key',
      name: NAME,
      key,
      keyid: keyId(nodeCrypto, key),
      attributes: {
        sensitive: true,
        alwaysSensitive: true,
        extractable: false,
        neverExtractable: true,
        local: true,
        wrap: false,
        unwrap: false,
        sign: true,
        alwaysAuthenticate: false,
      },
    };
  }

  #says(saying: Saying, by: SoftKey) {
    const statement = keyStatement(this.opening, saying, NAME, this.fresh.key);
    return sealStatement(nodeCrypto, statement, by.key, by.sign(statementBytes(statement)));
  }

  #decided(): OutputOf<'decide-directory'> {
    const { between, decides, quorum = ['ana', 'ben'] } = this.plot;
    const signers = quorum.map((name) => this.world.people[name]);
    if (between) {
      this.chain = successor(this.chain, between, signers);
      this.log.append({ event: 'directory', ...this.#newest() });
    }
    const before = this.chain.versions.at(-1)!.directory;
    const next = rotated(nodeCrypto, before, this.opening, { name: NAME, key: this.fresh.key }, this.at);
    this.chain = successor(
      this.chain,
      (directory) => {
        Object.assign(directory, structuredClone(next));
        decides?.(directory);
      },
      signers,
    );
    const until = before.keys.find(({ name }) => name === this.opening.key)?.notAfter;
    const notAfter = windowEnd(next.issuedAt, this.opening.overlapDays, until);
    return { act: 'decide-directory', ...this.#newest(), notAfter };
  }

  #newest(): { version: number; digest: string } {
    const { directory } = this.chain.versions.at(-1)!;
    return { version: directory.version, digest: digestOf(nodeCrypto, directory) };
  }

  #published(): OutputOf<'publish-directory'> {
    const { version, digest } = this.#last('decide-directory') ?? this.#newest();
    const log = this.plot.logAfter?.(this.log) ?? this.log;
    const index = log.append({ event: 'directory', version, digest, at: this.at });
    log.append({ event: 'session', officer: 'ana', machine: 'ana-machine', session: this.world.pin });
    return {
      act: 'publish-directory',
      version,
      digest,
      leaf: log.leaf(index),
      checkpoint: log.checkpoint([this.world.people.ana, this.world.people.ben]),
      consistency: log.consistency(2),
    };
  }

  #words(): OutputOf<'read-words'> {
    const digest = lastDigest(nodeCrypto, this.opening, this.steps);
    return { act: 'read-words', digest, words: wordsOf(digest) };
  }

  do(act: Act | undefined): Output | null {
    switch (act) {
      case undefined:
      case 'presence':
        return null;
      case 'check-hsm':
        return this.#hsm();
      case 'generate-key':
        return this.#generated();
      case 'prove-possession':
        return { act, envelope: this.#says('possession', this.plot.possessor ?? this.fresh) };
      case 'endorse-key':
        return { act, envelope: this.#says('endorsement', this.plot.endorser ?? this.world.keys[OLD]!) };
      case 'decide-directory':
        return this.#decided();
      case 'publish-directory':
        return this.#published();
      case 'read-words':
        return this.#words();
    }
  }

  /** Plays one step and signs it; says what happened as the walk goes on by it, whatever was signed. */
  play(shown: DoStep | IfStep): CeremonyStep {
    const { plot, kind, opening } = this;
    const hands = handsOf(this.world, plot.hands);
    const { bare, ...otherwise } = plot.happens?.['do' in shown ? shown.do : shown.if] ?? {};
    const made = bare ? null : this.do('do' in shown ? shown.act : undefined);
    const output = made && (plot.output?.(made) ?? made);
    const did = 'do' in shown ? 'done' : 'yes';
    const happened: Happened = { did, reason: '', output, at: this.at, ...otherwise };
    const plain = makeStep(nodeCrypto, opening, this.steps, shown, happened);
    const step = plot.step?.(plain) ?? plain;
    const roles = signersFor(shown, step.did);
    const signers = plot.signers?.(roles, step) ?? roles;
    this.steps.push({ step, signatures: signers.map((role) => signatureBy(hands, kind, role, step)) });
    return plain;
  }
}

/** Plays a ceremony by its script to the end, or as far as the plot says. */
export function playCeremony(plot: Plot = {}): Played {
  const stage = new Stage(plot);
  const { script } = stage.opening;
  let place = start(script);
  while (place.at === 'step' && stage.steps.length < (plot.most ?? 100))
    place = move(script, place.step, stage.play(place.step));
  const { world, opening, steps, chain, fresh, kind } = stage;
  const transcript = structuredClone({ _type: transcriptTypes[kind], opening, steps });
  return {
    world,
    opening,
    steps,
    transcript,
    chain,
    trust: verifyChain(nodeCrypto, chain, world.pin),
    fresh,
  };
}

/** For a plot: changes the output of one act. */
export const changed =
  <A extends Output['act']>(act: A, change: (output: OutputOf<A>) => void) =>
  (made: Output): Output => {
    const copy = structuredClone(made);
    if (copy.act === act) change(copy as OutputOf<A>);
    return copy;
  };
