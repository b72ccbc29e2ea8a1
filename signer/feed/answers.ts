// What each message of a seated Console means: one use case of the desk, and its answer.
import type { FromConsole, FromSigner } from '../../contract/wire/link.ts';
import { fromBase64 } from '../../core/bytes/base64.ts';
import { CallerFault, isFault } from '../../core/fault/fault.ts';
import type { Desk, Recorded, Seat } from '../desk/ports.ts';
import type { FeedLog } from './options.ts';

/** Messages that the desk answers. */
export type Asked = Extract<
  FromConsole,
  {
    type:
      | 'challenge-for'
      | 'decide'
      | 'ask'
      | 'signature'
      | 'cosign'
      | 'propose-directory'
      | 'sign-directory'
      | 'withdraw-proposal'
      | 'suspend-key'
      | 'revoke-grant';
  }
>;

const LONGEST_DETAIL = 500;

const recorded = (ref: number, { challenge, leaf, checkpoint }: Recorded): FromSigner => ({
  type: 'recorded',
  ref,
  challenge,
  leaf,
  checkpoint,
});

/** Asks the desk. `seat` comes from the verified session: what a message says of officer or machine is not looked at here. */
async function ask(desk: Desk, seat: Seat, message: Asked): Promise<FromSigner> {
  const { ref } = message;
  switch (message.type) {
    case 'challenge-for': {
      const { requestId } = message;
      return { type: 'challenge', ref, requestId, challenge: await desk.challenge(seat, requestId) };
    }
    case 'decide':
      return recorded(ref, await desk.decide(seat, message.sealed));
    case 'ask': {
      const { challenge } = message;
      const known = await desk.ask(seat, challenge);
      return known ? recorded(ref, known) : { type: 'unknown', ref, challenge };
    }
    case 'signature':
      await desk.officerSignature(seat, message.requestId, message.keyid, fromBase64(message.sig));
      return { type: 'accepted', ref };
    case 'cosign':
      await desk.cosign(seat, message.size, message.line);
      return { type: 'accepted', ref };
    case 'propose-directory':
      await desk.directory.propose(seat, message.proposal);
      return { type: 'accepted', ref };
    case 'sign-directory':
      await desk.directory.sign(seat, message.digest, message.signature);
      return { type: 'accepted', ref };
    case 'withdraw-proposal':
      await desk.directory.withdraw(seat, message.digest);
      return { type: 'accepted', ref };
    case 'suspend-key': {
      const { officer, machine } = message.sealed.suspension;
      if (officer !== seat.officer || machine !== seat.machine)
        throw new CallerFault('session_invalid', `an order of ${officer} at ${machine}`);
      await desk.suspensions.order(message.sealed);
      return { type: 'accepted', ref };
    }
    case 'revoke-grant':
      await desk.revokeGrant(seat, message.grant, message.reason);
      return { type: 'accepted', ref };
  }
}

/** A refusal as a message. What is not one of our own faults is logged and told as `internal` only. */
export function refused(log: FeedLog, ref: number, thrown: unknown): FromSigner {
  if (isFault(thrown))
    return { type: 'refused', ref, code: thrown.code, detail: thrown.detail.slice(0, LONGEST_DETAIL) };
  log.error(
    { error: thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown) },
    'the desk failed',
  );
  return { type: 'refused', ref, code: 'internal', detail: '' };
}

/** The desk's answer to a message, or the refusal. Never throws. */
export async function answer(desk: Desk, log: FeedLog, seat: Seat, message: Asked): Promise<FromSigner> {
  try {
    return await ask(desk, seat, message);
  } catch (thrown) {
    return refused(log, message.ref, thrown);
  }
}
