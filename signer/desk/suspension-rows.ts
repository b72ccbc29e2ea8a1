// Orders to suspend a key as they are stored: verified again from the device's proof, missed where the log has them, published.
import type { RowOf } from '../../contract/stored/signer.ts';
import { SUSPENSION_LASTS, SealedSuspension } from '../../core/decision/suspension.ts';
import { Refusal } from '../../core/fault/fault.ts';
import { parseCanonical } from '../../core/json/canonical.ts';
import { parseAs } from '../../core/json/schema.ts';
import type { DirectoryChain } from '../../core/trust/chain.ts';
import {
  MOST_SUSPENSIONS,
  placeSuspension,
  type KeySuspension,
  type PublishedSuspension,
} from '../../core/trust/suspensions.ts';
import { rowsOf } from '../store/rows.ts';
import type { Db } from '../store/store.ts';
import type { Context } from './context.ts';
import { untampered } from './untampered.ts';

type Row = RowOf<'suspensions'>;

/** What a row stands for: nothing that it says counts but the order in it and the leaf in the log. Throws Refusal `store_tampered`. */
export async function openRow(context: Context, db: Db, row: Row): Promise<KeySuspension> {
  const leaf = await context.log.leafIn(db, row.leaf);
  const known = untampered(`suspension ${row.order}`, () =>
    placeSuspension(
      context.crypto,
      context.standing.trust,
      parseAs(SealedSuspension, parseCanonical(row.sealed)),
      leaf,
    ),
  );
  if (known.order !== row.order || known.key !== row.key)
    throw new Refusal('store_tampered', `suspension ${row.order} is ${known.order} of ${known.key}`);
  return known;
}

/** The rows of these keys. Throws Refusal `store_tampered`. */
export async function rowsFor(db: Db, names: readonly string[]): Promise<Row[]> {
  return rowsOf(
    'suspensions',
    await db
      .selectFrom('suspensions')
      .selectAll()
      .where('key', 'in', [...names])
      .execute(),
  );
}

const CHUNK = 1000;

/**
 * Whoever deletes a row would have the Signer sign again: every leaf of the last day is read, whatever the store says that it
 * is about, and an order that is in none of the rows is missed. Throws Refusal `store_tampered`.
 */
async function checkNoneLost({ log, now, standing }: Context): Promise<void> {
  const known = new Set(standing.trust.suspensions.map(({ order }) => order));
  const since = now().getTime() - SUSPENSION_LASTS;
  for (let to = await log.size(); to > 0; to = Math.max(0, to - CHUNK)) {
    const from = Math.max(0, to - CHUNK);
    const leaves = await log.leaves(from, to);
    if (leaves.length !== to - from)
      throw new Refusal('store_tampered', `leaves are missing between ${from} and ${to}`);
    for (const { index, record } of leaves)
      if (record.event === 'suspended' && !known.has(record.order))
        throw new Refusal('store_tampered', `the order of leaf ${index} is gone`);
    if (leaves.every(({ record }) => Date.parse(record.at) < since)) return;
  }
}

/** At start: what is stored counts beside what the chain file brought. Throws Refusal `store_tampered`. */
export async function loadSuspensions(context: Context): Promise<void> {
  const found = await context.store.read(async (db) => {
    const rows = rowsOf('suspensions', await db.selectFrom('suspensions').selectAll().execute());
    const all: KeySuspension[] = [];
    for (const row of rows) all.push(await openRow(context, db, row));
    return all;
  });
  untampered('suspensions', () => context.standing.learn(found));
  await checkNoneLost(context);
}

/** A suspension with its leaf's proof, by the best checkpoint at hand. */
export async function publish(
  { log, store }: Context,
  { sealed, index }: KeySuspension,
): Promise<PublishedSuspension> {
  const { text, size } = await log.covering(index + 1);
  const leaf = await store.read((db) => log.leafIn(db, index));
  return { sealed, leaf: await log.withProof(leaf, size), checkpoint: text };
}

/** Desk.suspensions.chain. */
export async function publishedChain(context: Context): Promise<DirectoryChain> {
  const { chain, trust } = context.standing;
  const newest = trust.suspensions.slice(-MOST_SUSPENSIONS);
  if (newest.length === 0) return chain;
  return { ...chain, suspensions: await Promise.all(newest.map((one) => publish(context, one))) };
}
