// A Signer that does one thing and kills itself at a named step: child.ts DIR STEP, with `act.json` saying what to do.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { SignBody } from '../../../contract/wire/sign.ts';
import type { Sealed } from '../../../core/decision/decision.ts';
import type { SealedSuspension } from '../../../core/decision/suspension.ts';
import type { DirectorySignature } from '../../../core/trust/chain.ts';
import type { Proposal } from '../../../core/trust/proposal.ts';
import { openDesk } from '../../../signer/desk/desk.ts';
import type { Caller, Seat } from '../../../signer/desk/ports.ts';
import { loadDesk } from './child-world.ts';

interface Act {
  readonly seat: Seat;
  readonly sealed?: Sealed;
  readonly proposal?: Proposal;
  readonly whole?: Proposal;
  readonly suspension?: SealedSuspension;
  readonly endorsed?: { readonly digest: string; readonly signature: DirectorySignature };
  readonly submit?: { readonly caller: Caller; readonly body: SignBody; readonly key: string };
  readonly signature?: { readonly requestId: string; readonly keyid: string; readonly sig: string };
}

const [dir = '', wanted = ''] = process.argv.slice(2);
const { seat, sealed, submit, signature, proposal, whole, endorsed, suspension } = JSON.parse(
  await readFile(join(dir, 'act.json'), 'utf8'),
) as Act;
const die = (): void => void process.kill(process.pid, 'SIGKILL');
const options = await loadDesk(dir, (step) => void (step === wanted && die()));
const desk = await openDesk(options);
if (wanted === 'in-transaction') {
  const { log } = options;
  const append = log.appendIn.bind(log);
  // between the leaf and the row beside it
  log.appendIn = async (db, records) => {
    const leaves = await append(db, records);
    die();
    return leaves;
  };
}
if (suspension) await desk.suspensions.order(suspension);
if (sealed) await desk.decide(seat, sealed);
if (proposal) await desk.directory.propose(seat, proposal);
if (whole) await desk.directory.publish(whole);
if (endorsed) await desk.directory.sign(seat, endorsed.digest, endorsed.signature);
if (signature)
  await desk.officerSignature(
    seat,
    signature.requestId,
    signature.keyid,
    Buffer.from(signature.sig, 'base64'),
  );
if (submit) await desk.submit(submit.caller, submit.body, submit.key, 'http://127.0.0.1:1/api/v1/signer');
await desk.settled();
process.stdout.write('not killed\n');
