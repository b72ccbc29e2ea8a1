// A rehearsal's board: a directory chain and a log in a folder. No Signer takes part, and nobody else trusts it.
import { createPrivateKey, createPublicKey, generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import { join } from 'node:path';
import { z } from 'zod';
import type { OutputOf } from '../../core/ceremony/outputs.ts';
import { fromBase64Url, toBase64, toBase64Url } from '../../core/bytes/base64.ts';
import { utf8 } from '../../core/bytes/bytes.ts';
import { Refusal } from '../../core/fault/fault.ts';
import { canonical, parseCanonical } from '../../core/json/canonical.ts';
import { digestOf } from '../../core/json/digest.ts';
import { parseAs } from '../../core/json/schema.ts';
import type { Crypto, PublicKey } from '../../core/key/crypto.ts';
import { checkpointBody, makeNote, noteSignatureLine } from '../../core/log/checkpoint.ts';
import { SALT_BYTES, leafData } from '../../core/log/leaf.ts';
import { consistencyProof, inclusionProof, leafHash, rootOf } from '../../core/log/merkle.ts';
import { ED25519 } from '../../core/log/note.ts';
import { LogRecord, RECORD_TYPE } from '../../core/log/record.ts';
import { Bytes32 } from '../../core/name/names.ts';
import { DirectoryChain, pinOf, verifyChain, type Trust } from '../../core/trust/chain.ts';
import { openCheckpoint } from '../../core/trust/checkpoint.ts';
import { checkProposal, type Proposal } from '../../core/trust/proposal.ts';
import { makePrivateDir, openAppend, readIfThere, writeAtomic } from '../../ports/files.ts';
import { readPrivate } from '../../ports/private-file.ts';
import type { Board } from '../ports.ts';

/** Who sets the board up has these; `random(n)` gives n bytes. */
export interface BoardPorts {
  readonly crypto: Crypto;
  readonly now: () => Date;
  readonly random: (bytes: number) => Uint8Array;
}

const CHAIN = 'directory.json';
const LOG = 'log.jsonl';
const KEY = 'log-key.pem';

const StoredLeaf = z.strictObject({ salt: Bytes32, record: LogRecord });
type StoredLeaf = z.infer<typeof StoredLeaf>;

/** Makes the key that signs the board's checkpoints (0600); returns its public half, for version 1 of the directory. */
export async function makeLogKey(folder: string): Promise<PublicKey> {
  await makePrivateDir(folder);
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  await writeAtomic(
    join(folder, KEY),
    Buffer.from(privateKey.export({ format: 'pem', type: 'pkcs8' }).toString()),
  );
  return {
    alg: 'ed25519',
    spki: publicKey.export({ format: 'der', type: 'spki' }).toString('base64'),
  };
}

async function readChain(folder: string): Promise<DirectoryChain> {
  const bytes = await readIfThere(join(folder, CHAIN));
  if (!bytes) throw new Refusal('ceremony_folder', 'the rehearsal has no directory');
  return parseAs(DirectoryChain, parseCanonical(bytes));
}

class FolderBoard implements Board {
  readonly #folder: string;
  readonly #ports: BoardPorts;
  readonly #key: KeyObject;

  constructor(folder: string, ports: BoardPorts, key: KeyObject) {
    this.#folder = folder;
    this.#ports = ports;
    this.#key = key;
  }

  async trust(): Promise<Trust> {
    return this.#verified(await readChain(this.#folder));
  }

  async checkpoint(): Promise<string> {
    return this.#sign(await this.trust(), await this.#leaves());
  }

  /** The leaf first, then the chain: what was cut off between the two is found, and not logged again. */
  async publish(proposal: Proposal, since: string): Promise<OutputOf<'publish-directory'>> {
    const { crypto } = this.#ports;
    const { directory, signatures } = proposal;
    const digest = digestOf(crypto, directory);
    const chain = await readChain(this.#folder);
    const trust = this.#verified(chain);
    if (!trust.digests.includes(digest)) {
      const { missing } = checkProposal(crypto, trust, proposal);
      if (missing > 0) throw new Refusal('quorum_incomplete', `${missing} more would have to sign`);
      const [first, ...rest] = chain.versions;
      const next: DirectoryChain = { ...chain, versions: [first, ...rest, { directory, signatures }] };
      this.#verified(next);
      await this.#log(directory.version, digest);
      await writeAtomic(join(this.#folder, CHAIN), canonical(next));
    }
    return this.#published(directory.version, digest, since);
  }

  async #published(version: number, digest: string, since: string): Promise<OutputOf<'publish-directory'>> {
    const { crypto } = this.#ports;
    const trust = await this.trust();
    const leaves = await this.#leaves();
    const hashes = this.#hashes(leaves);
    const index = leaves.findIndex(({ record }) => record.event === 'directory' && record.digest === digest);
    const stored = leaves[index];
    if (!stored) throw new Refusal('ceremony_folder', `version ${version} is not in the rehearsal's log`);
    const before = openCheckpoint(crypto, trust.latest, since);
    return {
      act: 'publish-directory',
      version,
      digest,
      leaf: { index, ...stored, proof: inclusionProof(crypto, hashes, index).map(toBase64) },
      checkpoint: this.#sign(trust, leaves),
      consistency: consistencyProof(crypto, hashes, before.size).map(toBase64),
    };
  }

  #verified(chain: DirectoryChain): Trust {
    const { crypto } = this.#ports;
    return verifyChain(crypto, chain, pinOf(crypto, chain));
  }

  async #leaves(): Promise<StoredLeaf[]> {
    const { lines, file } = await openAppend(join(this.#folder, LOG));
    await file.close();
    return lines.map((line) => parseAs(StoredLeaf, parseCanonical(line)));
  }

  #hashes(leaves: readonly StoredLeaf[]): Uint8Array[] {
    const { crypto } = this.#ports;
    return leaves.map(({ salt, record }) => leafHash(crypto, leafData(crypto, fromBase64Url(salt), record)));
  }

  #sign({ latest }: Trust, leaves: readonly StoredLeaf[]): string {
    const { crypto } = this.#ports;
    const root = rootOf(crypto, this.#hashes(leaves));
    const body = checkpointBody({ origin: latest.origin, size: leaves.length, root });
    const spki = createPublicKey(this.#key).export({ format: 'der', type: 'spki' }).toString('base64');
    const key = { name: latest.origin, type: ED25519, key: { alg: 'ed25519' as const, spki } } as const;
    return makeNote(body, [noteSignatureLine(crypto, key, sign(null, utf8(body), this.#key))]);
  }

  async #log(version: number, digest: string): Promise<void> {
    const leaves = await this.#leaves();
    if (leaves.some(({ record }) => record.event === 'directory' && record.digest === digest)) return;
    const { now, random } = this.#ports;
    const record: LogRecord = {
      _type: RECORD_TYPE,
      at: now().toISOString(),
      event: 'directory',
      version,
      digest,
    };
    const { file } = await openAppend(join(this.#folder, LOG));
    try {
      await file.appendDurable(canonical({ salt: toBase64Url(random(SALT_BYTES)), record }));
    } finally {
      await file.close();
    }
  }

  /** Version 1, pinned by being first, and its leaf. */
  async begin(chain: DirectoryChain): Promise<void> {
    const { latest, latestDigest } = this.#verified(chain);
    await writeAtomic(join(this.#folder, CHAIN), canonical(chain));
    await this.#log(latest.version, latestDigest);
  }
}

async function boardIn(folder: string, ports: BoardPorts): Promise<FolderBoard> {
  return new FolderBoard(folder, ports, createPrivateKey(await readPrivate(join(folder, KEY))));
}

/** The board in a folder. Rejects with LackFault `file_missing`, and with Refusal `ceremony_folder`, `directory_*` when used. */
export function openFolderBoard(folder: string, ports: BoardPorts): Promise<Board> {
  return boardIn(folder, ports);
}

/** Puts the first version on the board; its log key was made with `makeLogKey` there. */
export async function beginFolderBoard(
  folder: string,
  ports: BoardPorts,
  chain: DirectoryChain,
): Promise<Board> {
  const board = await boardIn(folder, ports);
  await board.begin(chain);
  return board;
}
