// Rows as they come out of the store: every one is parsed, and one that does not fit was not written by us.
import type { RowOf, TableName } from '../../contract/stored/signer.ts';
import { tables } from '../../contract/stored/signer.ts';
import { Refusal } from '../../core/fault/fault.ts';
import { badPaths } from '../../core/json/schema.ts';

/** A row of a table, checked. Throws Refusal `store_tampered` with the bad columns. */
export function rowOf<T extends TableName>(table: T, row: unknown): RowOf<T> {
  const result = tables[table].safeParse(row);
  if (!result.success) throw new Refusal('store_tampered', `${table}: ${badPaths(result.error)}`);
  return result.data as RowOf<T>;
}

/** The row, or undefined when there is none. */
export function maybeRow<T extends TableName>(table: T, row: unknown): RowOf<T> | undefined {
  return row === undefined ? undefined : rowOf(table, row);
}

/** All rows, each checked. */
export function rowsOf<T extends TableName>(table: T, rows: readonly unknown[]): RowOf<T>[] {
  return rows.map((row) => rowOf(table, row));
}
