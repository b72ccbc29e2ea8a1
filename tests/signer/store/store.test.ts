// The store: one writer, shared commits that fail one by one, a lock, and rows that are parsed.
import { chmod, mkdir, mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { tables, type TableName } from '../../../contract/stored/signer.ts';
import { rowOf } from '../../../signer/store/rows.ts';
import { sessionStore } from '../../../signer/store/sessions.ts';
import { openStore, type Db, type Store } from '../../../signer/store/store.ts';
import { digestOf } from '../../../core/json/digest.ts';
import { nodeCrypto } from '../../../ports/crypto.ts';
import { makeSession, makeWorld, NOW } from '../../support/world.ts';

let dir: string;
let store: Store;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'signer-store-'));
  store = await openStore(join(dir, 'store'));
});
afterEach(async () => {
  await store.close();
  await rm(dir, { recursive: true, force: true });
});

const put = (db: Db, tenant: string, used = 1) =>
  db.insertInto('quota').values({ tenant, minute: 0, used }).execute();
const all = () => store.read((db) => db.selectFrom('quota').select('tenant').orderBy('tenant').execute());

test('nobody else may read it, also in a folder that was open to all before', async () => {
  const open = join(dir, 'open');
  await mkdir(open);
  await chmod(open, 0o755);
  const made = await openStore(open);
  try {
    await made.write((db) => put(db, 'acme'));
    for (const name of await readdir(open))
      expect([name, (await stat(join(open, name))).mode & 0o077]).toEqual([name, 0]);
  } finally {
    await made.close();
  }
});

describe('writing', () => {
  test('what fails leaves nothing, and what shared its commit stays', async () => {
    const jobs = Array.from({ length: 200 }, (_, n) =>
      store.write(async (db) => {
        await put(db, `t${String(n).padStart(3, '0')}`);
        if (n % 7 === 3) throw new Error(`job ${n}`);
        return n;
      }),
    );
    const settled = await Promise.allSettled(jobs);
    const good = settled.flatMap((s) => (s.status === 'fulfilled' ? [s.value] : []));
    expect(good).toEqual(Array.from({ length: 200 }, (_, n) => n).filter((n) => n % 7 !== 3));
    expect((await all()).map((r) => Number(r.tenant.slice(1)))).toEqual(good);
  });

  test('a broken statement fails its own job only', async () => {
    const [bad, good] = await Promise.allSettled([
      store.write((db) => sql`insert into nowhere values (1)`.execute(db)),
      store.write((db) => put(db, 'good')),
    ]);
    expect([bad.status, good.status]).toEqual(['rejected', 'fulfilled']);
    expect(await all()).toEqual([{ tenant: 'good' }]);
  });

  test('writers never interleave', async () => {
    await store.write((db) => put(db, 'count', 0));
    const bump = () =>
      store.write(async (db) => {
        const { used } = await db.selectFrom('quota').select('used').executeTakeFirstOrThrow();
        await Promise.resolve();
        await db
          .updateTable('quota')
          .set({ used: used + 1 })
          .execute();
      });
    await Promise.all(Array.from({ length: 100 }, bump));
    expect(await store.read((db) => db.selectFrom('quota').select('used').execute())).toEqual([
      { used: 100 },
    ]);
  });

  test('a reader sees one state, without what is not committed', async () => {
    const write = store.write(async (db) => {
      await put(db, 'a');
      await Promise.resolve();
      await put(db, 'b');
    });
    const seen = await Promise.all([all(), all()]);
    await write;
    for (const rows of seen) expect([0, 2]).toContain(rows.length);
  });

  test('after close nothing is written, and what waited was', async () => {
    const last = store.write((db) => put(db, 'last'));
    await store.close();
    await last;
    await expect(store.write((db) => put(db, 'late'))).toRejectCode('busy');
    store = await openStore(join(dir, 'store'));
    expect(await all()).toEqual([{ tenant: 'last' }]);
  });
});

describe('opening', () => {
  test('the folder is this user’s alone, the database in WAL with full syncs', async () => {
    expect((await stat(join(dir, 'store'))).mode & 0o777).toBe(0o700);
    const pragmas = await store.read(async (db) => [
      (await sql<{ journal_mode: string }>`pragma journal_mode`.execute(db)).rows[0]!.journal_mode,
      (await sql<{ synchronous: number }>`pragma synchronous`.execute(db)).rows[0]!.synchronous,
      (await sql<{ foreign_keys: number }>`pragma foreign_keys`.execute(db)).rows[0]!.foreign_keys,
    ]);
    expect(pragmas).toEqual(['wal', 2, 1]);
  });

  test('one at a time', async () => {
    await expect(openStore(join(dir, 'store'))).toRejectCode('data_locked');
    await store.close();
    await store.close();
    store = await openStore(join(dir, 'store'));
  });

  test('every table has exactly the columns of its schema, every tenant’s key begins with the tenant', () => {
    const database = new DatabaseSync(join(dir, 'store', 'signer.sqlite'), { readOnly: true });
    for (const name of Object.keys(tables) as TableName[]) {
      const columns = database.prepare(`select name, pk from pragma_table_info('${name}')`).all() as {
        name: string;
        pk: number;
      }[];
      const schema = Object.keys(tables[name].shape);
      expect(columns.map((c) => c.name).toSorted()).toEqual(schema.toSorted());
      if (schema.includes('tenant')) expect(columns.find((c) => c.pk === 1)!.name).toBe('tenant');
    }
    database.close();
  });
});

describe('rows', () => {
  test.each<[string, unknown]>([
    ['a missing column', { tenant: 'acme', minute: 0 }],
    ['one too many', { tenant: 'acme', minute: 0, used: 1, more: 1 }],
    ['another type', { tenant: 'acme', minute: 0, used: '1' }],
    ['a value out of range', { tenant: 'acme', minute: 0, used: -1 }],
    ['a tenant that is none', { tenant: 'A B', minute: 0, used: 1 }],
    ['nothing', undefined],
  ])('%s is store_tampered', (_title, row) => {
    expect(() => rowOf('quota', row)).toThrowCode('store_tampered');
  });
});

test('sessions come back as they were signed, and expired ones go', async () => {
  const world = makeWorld();
  const clock = { now: new Date(NOW) };
  const sessions = sessionStore(store, () => clock.now);
  const make = (expires: string) => makeSession(world, world.people.ana, { expires }).sealed;
  const [short, long] = [make('2026-11-23T13:00:00.000Z'), make('2026-11-23T20:00:00.000Z')];
  const id = (sealed: typeof short) => digestOf(nodeCrypto, sealed.session);
  await sessions.put(id(short), short);
  expect(await sessions.get(id(short))).toEqual(short);
  expect(await sessions.get(id(long))).toBeUndefined();
  clock.now = new Date('2026-11-23T14:00:00.000Z');
  await sessions.put(id(long), long);
  await sessions.put(id(long), long);
  expect(await sessions.get(id(short))).toBeUndefined();
  expect(await sessions.get(id(long))).toEqual(long);
});

test('a database of the version before grants is brought up to date, and keeps what it has', async () => {
  const path = join(dir, 'store', 'signer.sqlite');
  await store.write((db) => put(db, 'acme'));
  await store.close();
  const database = new DatabaseSync(path);
  for (const text of [
    'drop table suspensions',
    'drop table grants',
    'drop index issued_by_request',
    'alter table issued drop column "grant"',
    "delete from kysely_migration where name >= '0003-grants'",
    "insert into issued values ('acme', '01ARZ3NDEKTSV4RRFFQ69G5FAV', 't', x'7b7d', 'file:release', " +
      "'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=', x'00', 1, 0, 'none', 1, 1, 1)",
  ])
    database.exec(text);
  database.close();
  store = await openStore(join(dir, 'store'));
  expect(await all()).toEqual([{ tenant: 'acme' }]);
  const issued = await store.read((db) => db.selectFrom('issued').selectAll().executeTakeFirstOrThrow());
  expect(rowOf('issued', issued)).toMatchObject({ tenant: 'acme', grant: null });
  expect(await store.read((db) => db.selectFrom('grants').selectAll().execute())).toEqual([]);
  expect(await store.read((db) => db.selectFrom('suspensions').selectAll().execute())).toEqual([]);
});
