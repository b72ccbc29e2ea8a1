// The tables, as migrations in a portable subset of SQL: no triggers, no serials, every tenant's key led by its tenant.
import type { Kysely } from 'kysely';
import { Migrator, type Migration } from 'kysely/migration';
import type { TableName, Tables } from '../../contract/stored/signer.ts';

type Kind = 'text' | 'number' | 'bytes';
/** Columns in order; a trailing `?` on the kind means that null is allowed. */
type Columns = Readonly<Record<string, Kind | `${Kind}?`>>;

// PostgreSQL's names would be text, bigint and bytea.
const sqlite = { text: 'text', number: 'bigint', bytes: 'blob' } as const;

async function create(
  db: Kysely<Tables>,
  table: TableName,
  key: readonly string[],
  columns: Columns,
): Promise<void> {
  let builder = db.schema.createTable(table);
  for (const [name, kind] of Object.entries(columns)) {
    const plain = kind.replace('?', '') as Kind;
    builder = builder.addColumn(name, sqlite[plain], (c) => (kind.endsWith('?') ? c : c.notNull()));
  }
  // The names come from this file alone; Kysely's types only know columns that were added one by one.
  await builder.addPrimaryKeyConstraint(`${table}_key`, key as never[]).execute();
}

async function requestTables(db: Kysely<Tables>): Promise<void> {
  await create(db, 'idempotency', ['tenant', 'subject', 'key'], {
    tenant: 'text',
    subject: 'text',
    key: 'text',
    body: 'text',
    lease: 'text',
    leaseEnds: 'number',
    outcome: 'text?',
    requestId: 'text?',
    createdAt: 'number',
  });
  await create(db, 'quota', ['tenant', 'minute'], { tenant: 'text', minute: 'number', used: 'number' });
  await create(db, 'issued', ['tenant', 'requestId'], {
    tenant: 'text',
    requestId: 'text',
    payloadType: 'text',
    payload: 'bytes',
    keyName: 'text',
    keyid: 'text',
    signature: 'bytes',
    returnBundle: 'number',
    leaf: 'number',
    plan: 'text',
    quotaLimit: 'number',
    quotaRemaining: 'number',
    createdAt: 'number',
  });
}

async function holdTables(db: Kysely<Tables>): Promise<void> {
  await create(db, 'holds', ['tenant', 'requestId'], {
    tenant: 'text',
    requestId: 'text',
    request: 'bytes',
    payload: 'bytes',
    state: 'text',
    code: 'text?',
    heldLeaf: 'number',
    intentLeaf: 'number?',
    endLeaf: 'number?',
    approval: 'bytes?',
    expires: 'text',
    plan: 'text',
    quotaLimit: 'number',
    quotaRemaining: 'number',
    returnBundle: 'number',
  });
  await create(db, 'signatures', ['tenant', 'requestId', 'keyid'], {
    tenant: 'text',
    requestId: 'text',
    keyid: 'text',
    signature: 'bytes',
  });
}

async function officerTables(db: Kysely<Tables>): Promise<void> {
  await create(db, 'challenges', ['tenant', 'requestId', 'officer', 'challenge'], {
    tenant: 'text',
    requestId: 'text',
    officer: 'text',
    challenge: 'text',
    answered: 'number',
  });
  await create(db, 'decisions', ['tenant', 'requestId', 'ordinal'], {
    tenant: 'text',
    requestId: 'text',
    ordinal: 'number',
    challenge: 'text',
    sealed: 'bytes',
    leaf: 'number',
  });
  await create(db, 'events', ['tenant', 'seq'], {
    tenant: 'text',
    seq: 'number',
    event: 'text',
    requestId: 'text?',
    state: 'text?',
    code: 'text?',
    decisions: 'number',
    about: 'text',
  });
  await create(db, 'feeds', ['tenant'], { tenant: 'text', seq: 'number', oldest: 'number' });
  await create(db, 'journals', ['machine'], {
    machine: 'text',
    origin: 'text',
    size: 'number',
    root: 'text',
  });
}

/** The log, policies and officers' sessions are the Signer's and no tenant's; the log's tables are led by its origin. */
async function signerTables(db: Kysely<Tables>): Promise<void> {
  await create(db, 'leaves', ['origin', 'idx'], {
    origin: 'text',
    idx: 'number',
    salt: 'text',
    record: 'bytes',
    about: 'text?',
  });
  await create(db, 'nodes', ['origin', 'level', 'idx'], {
    origin: 'text',
    level: 'number',
    idx: 'number',
    hash: 'bytes',
  });
  await create(db, 'tree', ['origin'], { origin: 'text', size: 'number', frontier: 'bytes' });
  await create(db, 'checkpoints', ['origin', 'size'], {
    origin: 'text',
    size: 'number',
    body: 'text',
    line: 'text',
  });
  await create(db, 'cosignatures', ['origin', 'size', 'witness'], {
    origin: 'text',
    size: 'number',
    witness: 'text',
    line: 'text',
  });
  await create(db, 'policies', ['digest'], { digest: 'text', body: 'bytes' });
  await create(db, 'sessions', ['id'], { id: 'text', sealed: 'bytes', expires: 'number' });
}

/** What is looked up by an id that came without its tenant, or by state. */
async function indexes(db: Kysely<Tables>): Promise<void> {
  await db.schema.createIndex('holds_by_request').unique().on('holds').column('requestId').execute();
  await db.schema.createIndex('holds_by_state').on('holds').column('state').execute();
  await db.schema
    .createIndex('decisions_by_challenge')
    .unique()
    .on('decisions')
    .column('challenge')
    .execute();
  await db.schema.createIndex('challenges_by_value').unique().on('challenges').column('challenge').execute();
  await db.schema.createIndex('leaves_by_about').on('leaves').columns(['origin', 'about']).execute();
  await db.schema.createIndex('idempotency_by_age').on('idempotency').column('createdAt').execute();
}

/** Versions of the directory, and what is proposed as the next one: the Signer's and no tenant's. */
async function directoryTables(db: Kysely<Tables>): Promise<void> {
  await create(db, 'directories', ['version'], { version: 'number', digest: 'text', body: 'bytes' });
  await create(db, 'proposals', ['digest'], {
    digest: 'text',
    ordinal: 'number',
    base: 'text',
    officer: 'text',
    body: 'bytes',
    state: 'text',
    code: 'text?',
  });
}

/** Bypass grants, and what was signed under them. */
async function grantTables(db: Kysely<Tables>): Promise<void> {
  await create(db, 'grants', ['tenant', 'grant'], {
    tenant: 'text',
    grant: 'text',
    requestId: 'text',
    count: 'number',
    used: 'number',
    from: 'text',
    until: 'text',
    grantedLeaf: 'number',
    state: 'text',
    why: 'text?',
    endedBy: 'text?',
    endLeaf: 'number?',
    endedAt: 'text?',
  });
  await db.schema.alterTable('issued').addColumn('grant', sqlite.text).execute();
  await db.schema.createIndex('grants_by_digest').unique().on('grants').column('grant').execute();
  await db.schema.createIndex('issued_by_request').unique().on('issued').column('requestId').execute();
}

/** Orders to suspend a key. */
async function suspensionTables(db: Kysely<Tables>): Promise<void> {
  await create(db, 'suspensions', ['order'], {
    order: 'text',
    key: 'text',
    leaf: 'number',
    sealed: 'bytes',
  });
}

const migrations: Readonly<Record<string, Migration>> = {
  '0001-first': {
    async up(db: Kysely<Tables>) {
      await requestTables(db);
      await holdTables(db);
      await officerTables(db);
      await signerTables(db);
      await indexes(db);
    },
  },
  '0002-directory': { up: directoryTables },
  '0003-grants': { up: grantTables },
  '0004-suspensions': { up: suspensionTables },
};

/** Brings a database to the newest form. Throws whatever the migration that failed threw. */
export async function migrate(db: Kysely<Tables>): Promise<void> {
  const migrator = new Migrator({
    db,
    provider: { getMigrations: () => Promise.resolve({ ...migrations }) },
  });
  const { error } = await migrator.migrateToLatest();
  if (error === undefined) return;
  throw error instanceof Error ? error : new Error('migration failed', { cause: error });
}
