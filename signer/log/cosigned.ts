// Checkpoints that witnesses cosigned: kept in the store, checked against the tree when the Signer starts.
import { equalBytes } from '../../core/bytes/bytes.ts';
import { Refusal, isFault } from '../../core/fault/fault.ts';
import type { Directory } from '../../core/directory/directory.ts';
import type { Crypto } from '../../core/key/crypto.ts';
import { makeNote, parseCheckpoint } from '../../core/log/checkpoint.ts';
import { openCheckpoint } from '../../core/trust/checkpoint.ts';
import { maybeRow, rowsOf } from '../store/rows.ts';
import type { Db } from '../store/store.ts';
import { readFrontier, rootAt, type TreeOptions } from './tree.ts';

/** A checkpoint's body and the log's own signature line. */
export interface SignedBody {
  readonly body: string;
  readonly line: string;
}

/** Checks one cosignature line for a checkpoint and returns its witness's name. Throws Refusal. */
export function witnessOf(crypto: Crypto, directory: Directory, signed: SignedBody, line: string): string {
  if (!/^[^\n]+\n$/.test(line)) throw new Refusal('checkpoint_invalid', 'not one line');
  const { cosigners } = openCheckpoint(crypto, directory, makeNote(signed.body, [signed.line, line]));
  const [only] = cosigners;
  if (!only) throw new Refusal('witness_missing', 'no cosignature in the line');
  return only.name;
}

/** Keeps a line that `witnessOf` accepted; a witness's first line for a size stays. */
export async function keepCosignature(
  db: Db,
  origin: string,
  size: number,
  signed: SignedBody,
  witness: string,
  line: string,
): Promise<void> {
  await db
    .insertInto('checkpoints')
    .values({ origin, size, ...signed })
    .onConflict((c) => c.columns(['origin', 'size']).doNothing())
    .execute();
  await db
    .insertInto('cosignatures')
    .values({ origin, size, witness, line })
    .onConflict((c) => c.columns(['origin', 'size', 'witness']).doNothing())
    .execute();
}

/** The lines kept for a size that the directory still knows, in the order of their witnesses' names. */
export async function cosignaturesAt(
  db: Db,
  crypto: Crypto,
  directory: Directory,
  size: number,
  signed: SignedBody,
): Promise<string[]> {
  const rows = await db
    .selectFrom('cosignatures')
    .selectAll()
    .where('origin', '=', directory.origin)
    .where('size', '=', size)
    .orderBy('witness')
    .execute();
  const known = rowsOf('cosignatures', rows).filter(({ line, witness }) => {
    try {
      return witnessOf(crypto, directory, signed, line) === witness;
    } catch (thrown) {
      if (isFault(thrown)) return false; // a witness that a later version of the directory no longer names
      throw thrown;
    }
  });
  return known.map(({ line }) => line);
}

/** The size, from `least` on, with the most cosignatures (the largest such), and how many; null when none has any. */
export async function bestCosigned(
  db: Db,
  origin: string,
  least: number,
): Promise<{ size: number; count: number } | null> {
  const row = await db
    .selectFrom('cosignatures')
    .select((s) => ['size', s.fn.countAll<number>().as('count')])
    .where('origin', '=', origin)
    .where('size', '>=', least)
    .groupBy('size')
    .orderBy('count', 'desc')
    .orderBy('size', 'desc')
    .limit(1)
    .executeTakeFirst();
  return row ?? null;
}

/**
 * Checks that the stored tree still extends the last checkpoint that anybody cosigned.
 * Throws Refusal `checkpoint_rolled_back` or `checkpoint_split`.
 */
export async function checkExtends(db: Db, options: TreeOptions): Promise<void> {
  const { origin } = options;
  const found = await db
    .selectFrom('checkpoints')
    .selectAll()
    .where('origin', '=', origin)
    .orderBy('size', 'desc')
    .limit(1)
    .executeTakeFirst();
  const last = maybeRow('checkpoints', found);
  if (!last) return;
  const { size } = await readFrontier(db, origin);
  const { root } = parseCheckpoint(last.body);
  if (size < last.size)
    throw new Refusal('checkpoint_rolled_back', `${size} leaves, ${last.size} were cosigned`);
  if (!equalBytes(root, await rootAt(db, options, last.size)))
    throw new Refusal('checkpoint_split', `size ${last.size}`);
}
