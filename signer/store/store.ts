// The store: Kysely over SQLite, one writer, and commits that are shared by whoever waits together.
import { chmod, open } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Kysely, SqliteDialect, sql, type ControlledTransaction } from 'kysely';
import type { Tables } from '../../contract/stored/signer.ts';
import { CallerFault } from '../../core/fault/fault.ts';
import { makePrivateDir } from '../../ports/files.ts';
import { sqliteAdapter } from './adapter.ts';
import { takeLock } from './lock.ts';
import { migrate } from './migrations.ts';

/** The store inside one transaction. Never use another handle inside it: there is one connection, and it would wait for itself. */
export type Db = Kysely<Tables>;

export interface Store {
  /** Reads that see one state of the store. */
  read<T>(work: (db: Db) => Promise<T>): Promise<T>;
  /**
   * Runs `work` alone and resolves when what it wrote is on disk. When `work` throws, nothing of it stays.
   * `work` waits for nothing but the store: no network, no key, no file.
   */
  write<T>(work: (db: Db) => Promise<T>): Promise<T>;
  /** Waits for the writers under way, then closes. Later writes throw CallerFault `busy`. */
  close(): Promise<void>;
}

interface Job {
  run(db: Db): Promise<void>;
  done(): void;
  failed(reason: unknown): void;
}

const MOST_IN_A_COMMIT = 64;

/** Runs the jobs of one commit, each in a savepoint of its own, and says which of them failed by themselves. */
async function runAll(trx: ControlledTransaction<Tables>, jobs: readonly Job[]): Promise<Map<Job, unknown>> {
  const failures = new Map<Job, unknown>();
  for (const job of jobs) {
    await sql`savepoint job`.execute(trx);
    try {
      await job.run(trx);
    } catch (thrown) {
      failures.set(job, thrown);
      await sql`rollback to savepoint job`.execute(trx);
    }
    await sql`release savepoint job`.execute(trx);
  }
  return failures;
}

class Writer {
  readonly #db: Db;
  #waiting: Job[] = [];
  #running: Promise<void> | undefined;
  #closed = false;

  constructor(db: Db) {
    this.#db = db;
  }

  add<T>(work: (db: Db) => Promise<T>): Promise<T> {
    if (this.#closed) return Promise.reject(new CallerFault('busy', 'the store is closed'));
    return new Promise<T>((resolve, reject) => {
      let value: { of: T } | undefined;
      this.#waiting.push({
        async run(db) {
          value = { of: await work(db) };
        },
        done: () => value && resolve(value.of),
        failed: reject,
      });
      this.#running ??= this.#drain();
    });
  }

  async #drain(): Promise<void> {
    await Promise.resolve(); // lets writers of the same moment share the first commit
    while (this.#waiting.length > 0) await this.#commit(this.#waiting.splice(0, MOST_IN_A_COMMIT));
    this.#running = undefined;
  }

  async #commit(jobs: readonly Job[]): Promise<void> {
    let failures: Map<Job, unknown>;
    try {
      failures = await this.#transact(jobs);
    } catch (thrown) {
      for (const job of jobs) job.failed(thrown);
      return;
    }
    for (const job of jobs) {
      if (failures.has(job)) job.failed(failures.get(job));
      else job.done();
    }
  }

  async #transact(jobs: readonly Job[]): Promise<Map<Job, unknown>> {
    const trx = await this.#db.startTransaction().execute();
    try {
      const failures = await runAll(trx, jobs);
      await trx.commit().execute();
      return failures;
    } catch (thrown) {
      if (!trx.isCommitted && !trx.isRolledBack) await trx.rollback().execute();
      throw thrown;
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    while (this.#running) await this.#running;
  }
}

/** A folder that somebody else made may be open to others; the file is not. SQLite gives its log the database's mode. */
async function makePrivate(path: string): Promise<void> {
  await (await open(path, 'a', 0o600)).close();
  if (process.platform !== 'win32') await chmod(path, 0o600);
}

/**
 * Opens, or makes, the store in a directory of its own (0700). Throws LackFault `data_locked` while another process has it.
 * WAL with synchronous=FULL: a commit is on disk when it returns, and kill -9 or a power cut loses none.
 */
export async function openStore(directory: string): Promise<Store> {
  await makePrivateDir(directory);
  const path = join(directory, 'signer.sqlite');
  await makePrivate(join(directory, 'lock'));
  await makePrivate(path);
  const unlock = takeLock(join(directory, 'lock'));
  const database = new DatabaseSync(path);
  database.exec('PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON');
  const db = new Kysely<Tables>({ dialect: new SqliteDialect({ database: sqliteAdapter(database) }) });
  const writer = new Writer(db);
  let closing: Promise<void> | undefined;
  const close = () =>
    (closing ??= writer
      .close()
      .then(() => db.destroy())
      .then(unlock));
  try {
    await migrate(db);
  } catch (thrown) {
    await close();
    throw thrown;
  }
  return {
    read: (work) => db.transaction().execute(work),
    write: (work) => writer.add(work),
    close,
  };
}
