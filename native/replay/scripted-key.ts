// A security key whose CTAP2 answers are written by whoever uses it: forged, late, endless or plain wrong ones.
import type { HidConnection, HidDevice } from '../ctaphid/connection.ts';
import { Assembly, BROADCAST, Command, REPORT_SIZE, toPacket, toReports } from '../ctaphid/frame.ts';
import { Inbox } from '../virtual/inbox.ts';

/** Sends messages on the channel that asked. */
export interface Answerer {
  message(command: number, payload: Uint8Array): void;
  /** A raw report, whatever it is. */
  report(report: Uint8Array): void;
  readonly cid: number;
}

/** Called with each whole message but INIT and CANCEL; `cancel` is called for CANCEL. */
export interface Script {
  message(command: number, payload: Uint8Array, answer: Answerer): void;
  cancel?(answer: Answerer): void;
  /** Answers INIT itself instead of the ordinary reply. */
  init?(nonce: Uint8Array, answer: Answerer): void;
}

const CID = 0x01020304;
const WINK_AND_CBOR = 0x05;

/** The ordinary reply to INIT. */
export function initReply(
  nonce: Uint8Array,
  cid = CID,
  capabilities = WINK_AND_CBOR,
  length = 17,
): Uint8Array {
  const reply = Buffer.alloc(length);
  reply.set(nonce.subarray(0, 8));
  reply.writeUInt32BE(cid, 8);
  reply.set([2, 1, 0, 0, capabilities], 12);
  return new Uint8Array(reply);
}

function connect(script: Script, reportSize: number): HidConnection {
  const inbox = new Inbox();
  let assembly: Assembly | undefined;
  const answererFor = (cid: number): Answerer => ({
    cid,
    message: (command, payload) =>
      toReports(cid, command, payload, reportSize).forEach((report) => inbox.put(report)),
    report: (report) => inbox.put(report),
  });
  const take = (cid: number, command: number, payload: Uint8Array): void => {
    const answer = answererFor(cid);
    if (command === Command.CANCEL) script.cancel?.(answer);
    else if (command !== Command.INIT) script.message(command, payload, answer);
    else if (script.init) script.init(payload, answer);
    else answer.message(Command.INIT, initReply(payload, cid === BROADCAST ? CID : cid));
  };
  return {
    async write(report) {
      const packet = toPacket(report.slice(1));
      if (packet?.kind === 'init') assembly = new Assembly(packet);
      else if (packet) assembly?.add(packet);
      if (packet && assembly?.message) {
        const { command, message } = assembly;
        assembly = undefined;
        take(packet.cid, command, message);
      }
      return report.length;
    },
    read: (timeoutMs) => inbox.take(timeoutMs),
    close: async () => inbox.end(),
  };
}

/** A device that follows the script. */
export function scriptedKey(script: Script, reportSize = REPORT_SIZE): HidDevice {
  return {
    path: 'scripted',
    product: 'SCRIPTED key',
    virtual: true,
    serial: undefined,
    reportSize,
    open: async () => connect(script, reportSize),
  };
}
