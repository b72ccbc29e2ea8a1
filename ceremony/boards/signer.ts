// The board of a real ceremony: a Signer over HTTPS, believed in nothing that the directory and the log do not show.
import type { z } from 'zod';
import { DirectoryAnswer, ProofAnswer } from '../../contract/wire/log.ts';
import { paths } from '../../contract/wire/paths.ts';
import { fromUtf8 } from '../../core/bytes/bytes.ts';
import type { OutputOf } from '../../core/ceremony/outputs.ts';
import { isFault, Refusal, WireFault } from '../../core/fault/fault.ts';
import { canonical } from '../../core/json/canonical.ts';
import { digestOf } from '../../core/json/digest.ts';
import { parseStrict } from '../../core/json/parse.ts';
import { parseAs } from '../../core/json/schema.ts';
import type { Crypto } from '../../core/key/crypto.ts';
import { parseCheckpoint, parseNote } from '../../core/log/checkpoint.ts';
import { verifyChain, type Trust } from '../../core/trust/chain.ts';
import type { Proposal } from '../../core/trust/proposal.ts';
import type { Board } from '../ports.ts';
import { ask, endpointOf } from './https.ts';

/** `ca` holds certificates in PEM (null for plain HTTP on loopback), `pin` the digest of the directory's version 1. */
export interface SignerBoardOptions {
  readonly crypto: Crypto;
  readonly url: string;
  readonly ca: readonly string[] | null;
  readonly pin: string;
}

const DEADLINE_MS = 30_000;
const CHAIN_BYTES = 16 * 1024 * 1024;
const SMALL_BYTES = 1024 * 1024;

/** What the Signer answers is a message: another form of it is the wire's fault, not a refusal of anybody's. */
function parsed<S extends z.ZodType>(schema: S, bytes: Uint8Array): z.infer<S> {
  try {
    return parseAs(schema, parseStrict(bytes));
  } catch (cause) {
    if (!isFault(cause)) throw cause;
    throw new WireFault('message_invalid', cause.detail, cause);
  }
}

/** How many leaves a checkpoint speaks of; whether it is the log's is looked at with all that was made. */
const sizeOf = (checkpoint: string): number => parseCheckpoint(parseNote(checkpoint).body).size;

/** Throws LackFault `usage` for an address that cannot be trusted; each method rejects with the Signer's fault, or WireFault. */
export function openSignerBoard({ crypto, url, ca, pin }: SignerBoardOptions): Board {
  const endpoint = endpointOf(url, ca);
  const get = (path: string, most = SMALL_BYTES) => ask(endpoint, { path, most, deadline: DEADLINE_MS });

  async function trust(): Promise<Trust> {
    return verifyChain(crypto, parseStrict(await get(paths.directory, CHAIN_BYTES)), pin);
  }

  return {
    trust,
    checkpoint: async () => fromUtf8(await get(paths.checkpoint)),
    async publish(proposal: Proposal, since: string): Promise<OutputOf<'publish-directory'>> {
      const body = canonical(proposal);
      const digest = digestOf(crypto, proposal.directory);
      const answer = parsed(
        DirectoryAnswer,
        await ask(endpoint, { path: paths.directory, body, most: SMALL_BYTES, deadline: DEADLINE_MS }),
      );
      const { version, leaf, checkpoint } = answer;
      if (answer.digest !== digest)
        throw new Refusal('ceremony_output', `the Signer published ${answer.digest}`);
      const grown = paths.consistency(sizeOf(since), sizeOf(checkpoint));
      const { proof } = parsed(ProofAnswer, await get(grown));
      return { act: 'publish-directory', version, digest, leaf, checkpoint, consistency: proof };
    },
  };
}
