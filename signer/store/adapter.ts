// node:sqlite in the shape that Kysely's SQLite dialect wants, with prepared statements kept.
import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';
import type { SqliteDatabase, SqliteStatement } from 'kysely';

const MOST_STATEMENTS = 512;

function statement(prepared: StatementSync): SqliteStatement {
  const bound = (parameters: readonly unknown[]) => parameters as readonly SQLInputValue[];
  return {
    reader: prepared.columns().length > 0,
    all: (parameters) => prepared.all(...bound(parameters)),
    run: (parameters) => prepared.run(...bound(parameters)),
    iterate: (parameters) => prepared.iterate(...bound(parameters)),
  };
}

/** Wraps an open database. Statements are kept by their text, since preparing one costs as much as running it. */
export function sqliteAdapter(database: DatabaseSync): SqliteDatabase {
  const kept = new Map<string, SqliteStatement>();
  return {
    prepare(text) {
      const known = kept.get(text);
      if (known) return known;
      const made = statement(database.prepare(text));
      if (kept.size >= MOST_STATEMENTS) kept.clear();
      kept.set(text, made);
      return made;
    },
    close() {
      kept.clear();
      database.close();
    },
  };
}
