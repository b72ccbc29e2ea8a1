// The log's tree in the store: leaves with their records, the nodes above them, and what can be proved from nodes.
import type { RowOf } from '../../contract/stored/signer.ts';
import { toBase64, toBase64Url, fromBase64Url } from '../../core/bytes/base64.ts';
import { concat, equalBytes } from '../../core/bytes/bytes.ts';
import { CallerFault, Refusal } from '../../core/fault/fault.ts';
import { canonical, parseCanonical } from '../../core/json/canonical.ts';
import { parseAs } from '../../core/json/schema.ts';
import type { Crypto } from '../../core/key/crypto.ts';
import { SALT_BYTES, leafData } from '../../core/log/leaf.ts';
import {
  HASH_BYTES,
  consistencyNodes,
  emptyFrontier,
  emptyRoot,
  frontierFrom,
  frontierNodes,
  inclusionNodes,
  leafHash,
  nodesAfterAppend,
  proveConsistency,
  proveInclusion,
  rootOfFrontier,
  type Frontier,
  type GetNode,
  type NodeId,
  type TreeNode,
} from '../../core/log/merkle.ts';
import { LogRecord, type Leaf } from '../../core/log/record.ts';
import { maybeRow, rowsOf } from '../store/rows.ts';
import type { Db } from '../store/store.ts';

/** A leaf without its proof: that belongs to a checkpoint. */
export type StoredLeaf = Omit<Leaf, 'proof'>;

/** What the tree needs besides the store. */
export interface TreeOptions {
  readonly origin: string;
  readonly crypto: Crypto;
  readonly random: (bytes: number) => Uint8Array;
}

function splitHashes(bytes: Uint8Array): Uint8Array[] {
  const hashes: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; at += HASH_BYTES) hashes.push(bytes.slice(at, at + HASH_BYTES));
  return hashes;
}

/** The tree's size and right edge as stored. */
export async function readFrontier(db: Db, origin: string): Promise<Frontier> {
  const found = await db.selectFrom('tree').selectAll().where('origin', '=', origin).executeTakeFirst();
  const row = maybeRow('tree', found);
  return row ? { size: row.size, hashes: splitHashes(row.frontier) } : emptyFrontier;
}

async function writeFrontier(db: Db, origin: string, { size, hashes }: Frontier): Promise<void> {
  const frontier = concat(...hashes);
  await db
    .insertInto('tree')
    .values({ origin, size, frontier })
    .onConflict((c) => c.column('origin').doUpdateSet({ size, frontier }))
    .execute();
}

function aboutOf(record: LogRecord): string | null {
  if (record.event === 'directory') return record.digest;
  if (record.event === 'session') return record.session;
  if (record.event === 'suspended') return record.order;
  if (record.event === 'granted' || record.event === 'spent' || record.event === 'ended') return record.grant;
  return 'requestId' in record ? record.requestId : null;
}

/**
 * Appends records as leaves, in order, inside the caller's transaction: they are in the log when it commits.
 * Returns them with their salts and indices.
 */
export async function appendRecords(
  db: Db,
  options: TreeOptions,
  records: readonly LogRecord[],
): Promise<StoredLeaf[]> {
  const { origin, crypto, random } = options;
  let frontier = await readFrontier(db, origin);
  const leaves: StoredLeaf[] = [];
  const rows: RowOf<'leaves'>[] = [];
  const nodes: TreeNode[] = [];
  for (const record of records) {
    const salt = random(SALT_BYTES);
    const index = frontier.size;
    const grown = nodesAfterAppend(crypto, frontier, leafHash(crypto, leafData(crypto, salt, record)));
    frontier = grown.frontier;
    nodes.push(...grown.nodes);
    leaves.push({ index, salt: toBase64Url(salt), record });
    rows.push({
      origin,
      idx: index,
      salt: toBase64Url(salt),
      record: canonical(record),
      about: aboutOf(record),
    });
  }
  await db.insertInto('leaves').values(rows).execute();
  await db
    .insertInto('nodes')
    .values(nodes.map(({ level, index, hash }) => ({ origin, level, idx: index, hash })))
    .execute();
  await writeFrontier(db, origin, frontier);
  return leaves;
}

function reading(found: readonly unknown[]): GetNode {
  const hashes = new Map(rowsOf('nodes', found).map(({ level, idx, hash }) => [`${level} ${idx}`, hash]));
  return (level, index) => {
    const hash = hashes.get(`${level} ${index}`);
    if (!hash) throw new Refusal('store_tampered', `log node ${level} ${index}`);
    return hash;
  };
}

/** Leaf hashes that stand side by side, by a range instead of one by one. */
async function leafNodes(db: Db, origin: string, from: number, count: number): Promise<GetNode> {
  const found = await db
    .selectFrom('nodes')
    .selectAll()
    .where('origin', '=', origin)
    .where('level', '=', 0)
    .where('idx', '>=', from)
    .where('idx', '<', from + count)
    .execute();
  return reading(found);
}

async function nodesOf(db: Db, origin: string, ids: readonly NodeId[]): Promise<GetNode> {
  if (ids.length === 0) return reading([]);
  const found = await db
    .selectFrom('nodes')
    .selectAll()
    .where('origin', '=', origin)
    .where((where) => where.or(ids.map(({ level, index }) => where.and({ level, idx: index }))))
    .execute();
  return reading(found);
}

async function checkSize(db: Db, origin: string, size: number): Promise<void> {
  const { size: newest } = await readFrontier(db, origin);
  if (!Number.isSafeInteger(size) || size < 0 || size > newest)
    throw new CallerFault('not_found', `log size ${size}`);
}

/** The root of the tree when it had `size` leaves. Throws CallerFault `not_found` for a size that it never had. */
export async function rootAt(db: Db, { origin, crypto }: TreeOptions, size: number): Promise<Uint8Array> {
  await checkSize(db, origin, size);
  if (size === 0) return emptyRoot(crypto);
  return rootOfFrontier(crypto, frontierFrom(await nodesOf(db, origin, frontierNodes(size)), size));
}

/** The inclusion proof (RFC 9162, 2.1.3) of a leaf, base64. Throws CallerFault `not_found` unless index < size <= newest. */
export async function inclusionIn(
  db: Db,
  { origin, crypto }: TreeOptions,
  index: number,
  size: number,
): Promise<string[]> {
  await checkSize(db, origin, size);
  if (!Number.isSafeInteger(index) || index < 0 || index >= size)
    throw new CallerFault('not_found', `leaf ${index} of ${size}`);
  const get = await nodesOf(db, origin, inclusionNodes(index, size));
  return proveInclusion(crypto, get, index, size).map(toBase64);
}

/** The consistency proof (RFC 9162, 2.1.4) between two sizes, base64. Throws CallerFault `not_found`. */
export async function consistencyIn(
  db: Db,
  { origin, crypto }: TreeOptions,
  oldSize: number,
  newSize: number,
): Promise<string[]> {
  await checkSize(db, origin, newSize);
  if (!Number.isSafeInteger(oldSize) || oldSize < 0 || oldSize > newSize)
    throw new CallerFault('not_found', `log size ${oldSize}`);
  const get = await nodesOf(db, origin, consistencyNodes(oldSize, newSize));
  return proveConsistency(crypto, get, oldSize, newSize).map(toBase64);
}

/** Reads a leaf's record and checks that the tree holds exactly it. Throws Refusal `store_tampered`. */
function opened(crypto: Crypto, row: RowOf<'leaves'>, get: GetNode): StoredLeaf {
  const record = parseAs(LogRecord, parseCanonical(row.record), 'store_tampered');
  const hash = leafHash(crypto, leafData(crypto, fromBase64Url(row.salt), record));
  if (!equalBytes(hash, get(0, row.idx))) throw new Refusal('store_tampered', `leaf ${row.idx}`);
  return { index: row.idx, salt: row.salt, record };
}

async function openAll(
  db: Db,
  { origin, crypto }: TreeOptions,
  found: readonly unknown[],
): Promise<StoredLeaf[]> {
  const rows = rowsOf('leaves', found);
  const indices = rows.map(({ idx }) => idx);
  const [first = 0] = indices;
  const dense = (indices.at(-1) ?? 0) - first === indices.length - 1;
  const get = dense
    ? await leafNodes(db, origin, first, indices.length)
    : await nodesOf(
        db,
        origin,
        indices.map((index) => ({ level: 0, index })),
      );
  return rows.map((row) => opened(crypto, row, get));
}

/** The leaf at an index. Throws Refusal `store_tampered` when it is not there or not what the tree holds. */
export async function leafAt(db: Db, options: TreeOptions, index: number): Promise<StoredLeaf> {
  const found = await db
    .selectFrom('leaves')
    .selectAll()
    .where('origin', '=', options.origin)
    .where('idx', '=', index)
    .execute();
  const [leaf] = await openAll(db, options, found);
  if (!leaf) throw new Refusal('store_tampered', `leaf ${index} is missing`);
  return leaf;
}

/** All leaves of a request (by its id), of a directory version, session, grant or order (by its digest), oldest first. Throws Refusal `store_tampered`. */
export async function leavesOf(db: Db, options: TreeOptions, about: string): Promise<StoredLeaf[]> {
  const found = await db
    .selectFrom('leaves')
    .selectAll()
    .where('origin', '=', options.origin)
    .where('about', '=', about)
    .orderBy('idx')
    .execute();
  return openAll(db, options, found);
}

/** Leaves `from` to `to` (not included), oldest first; for whoever checks or exports the whole log. */
export async function leavesBetween(
  db: Db,
  options: TreeOptions,
  from: number,
  to: number,
): Promise<StoredLeaf[]> {
  const found = await db
    .selectFrom('leaves')
    .selectAll()
    .where('origin', '=', options.origin)
    .where('idx', '>=', from)
    .where('idx', '<', to)
    .orderBy('idx')
    .execute();
  return openAll(db, options, found);
}
