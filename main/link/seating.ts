// How a Console takes its seat on a fresh connection: with the session it holds, or with a device.
import { LINK_VERSION, type FromSigner } from '../../contract/wire/link.ts';
import type { SealedSession, Session } from '../../core/decision/session.ts';
import { isFault, Refusal, WireFault, type AnyFault } from '../../core/fault/fault.ts';
import { checkSealed, draftSession, lasts, signUse, type Held } from './credentials.ts';
import { asFault } from '../../ports/peer-faults.ts';
import type { LinkOptions, LinkState, LinkTimings } from './options.ts';
import type { Hello, Wire } from './wire.ts';

/** A session with less than this left is not resumed, in milliseconds. */
const MARGIN = 60_000;

type WelcomeMessage = Extract<FromSigner, { type: 'welcome' }>;

/** Seated; or not, and then whether a person must act first. `held` is the session to keep, if any. */
export type Seating =
  | { readonly seated: true; readonly held: Held; readonly welcome: WelcomeMessage }
  | {
      readonly seated: false;
      readonly held: Held | undefined;
      readonly person: boolean;
      readonly fault: AnyFault;
    };

export interface SeatingParts {
  readonly options: LinkOptions;
  readonly timings: LinkTimings;
  readonly state: (state: LinkState) => void;
}

/** Throws when the peer is another Signer than the pinned one, or speaks another version. */
function checkHello(options: LinkOptions, hello: Hello): void {
  if (hello.signer !== options.signer) throw new Refusal('signer_mismatch', 'another Signer answers here');
  if (!hello.versions.includes(LINK_VERSION)) throw new WireFault('version', hello.versions.join(', '));
}

function welcomed(answer: FromSigner, { id, session }: Held): WelcomeMessage {
  if (answer.type !== 'welcome' || answer.session !== id || answer.expires !== session.expires) {
    throw new WireFault('message_invalid', 'welcome to another session');
  }
  return answer;
}

/** Faults after which another try can go well without anybody doing anything. */
function passing(fault: AnyFault): boolean {
  if (fault.kind === 'wire') return fault.code !== 'sign_in_refused';
  return fault.kind === 'caller' && (fault.code === 'internal' || fault.code === 'busy');
}

/** The app's answer. What goes wrong there needs a person, unless the connection went first. */
async function askDevice(
  options: LinkOptions,
  session: Session,
  signal: AbortSignal,
): Promise<SealedSession> {
  try {
    return await options.signSession(session, signal);
  } catch (thrown) {
    throw isFault(thrown) && thrown.kind !== 'wire'
      ? thrown
      : new WireFault('sign_in_refused', 'no session was signed', thrown);
  }
}

async function resume(wire: Wire, hello: Hello, held: Held): Promise<Seating> {
  try {
    const signature = signUse(held, { session: held.id, use: 'resume', nonce: hello.nonce });
    const answer = await wire.ask({ type: 'resume', session: held.id, signature }, ['welcome']);
    return { seated: true, held, welcome: welcomed(answer, held) };
  } catch (thrown) {
    const fault = asFault(thrown);
    return { seated: false, held: passing(fault) ? held : undefined, person: false, fault };
  }
}

async function sealSession(wire: Wire, hello: Hello, { options, timings }: SeatingParts) {
  const { signer, officer, device, machine, crypto } = options;
  const expires = new Date(options.now().getTime() + timings.session);
  const held = draftSession(crypto, { signer, officer, device, machine, nonce: hello.nonce, expires });
  const gone = new AbortController();
  const lost = wire.ended.then((fault) => {
    gone.abort(fault);
    throw fault;
  });
  const sealed = await Promise.race([askDevice(options, held.session, gone.signal), lost]);
  checkSealed(crypto, held, sealed);
  return { held, sealed };
}

async function signIn(wire: Wire, hello: Hello, parts: SeatingParts): Promise<Seating> {
  try {
    const { held, sealed } = await sealSession(wire, hello, parts);
    const answer = await wire.ask({ type: 'sign-in', sealed }, ['welcome']);
    return { seated: true, held, welcome: welcomed(answer, held) };
  } catch (thrown) {
    const fault = asFault(thrown);
    return { seated: false, held: undefined, person: !passing(fault), fault };
  }
}

/** Takes the seat. Rejects when the connection cannot be used at all. */
export async function takeSeat(wire: Wire, held: Held | undefined, parts: SeatingParts): Promise<Seating> {
  const hello = await Promise.race([wire.hello, wire.ended.then((fault) => Promise.reject(fault))]);
  checkHello(parts.options, hello);
  if (held && lasts(held, parts.options.now(), MARGIN)) {
    parts.state({ state: 'signing-in', by: 'session' });
    return resume(wire, hello, held);
  }
  parts.state({ state: 'signing-in', by: 'device' });
  return signIn(wire, hello, parts);
}
