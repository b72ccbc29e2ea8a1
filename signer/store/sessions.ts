// Officers' sessions, so that a Console comes back after a restart without a touch.
import { canonical, parseCanonical } from '../../core/json/canonical.ts';
import { parseAs } from '../../core/json/schema.ts';
import { SealedSession } from '../../core/decision/session.ts';
import { maybeRow } from './rows.ts';
import type { Store } from './store.ts';

/** Keeps sessions as they were signed. Whoever reads one verifies it again: a row is a cache. */
export function sessionStore(store: Store, now: () => Date) {
  return {
    async put(id: string, sealed: SealedSession): Promise<void> {
      const expires = Date.parse(sealed.session.expires);
      await store.write(async (db) => {
        await db.deleteFrom('sessions').where('expires', '<', now().getTime()).execute();
        await db
          .insertInto('sessions')
          .values({ id, sealed: canonical(sealed), expires })
          .onConflict((c) => c.column('id').doNothing())
          .execute();
      });
    },
    async get(id: string): Promise<SealedSession | undefined> {
      const found = await store.read((db) =>
        db.selectFrom('sessions').selectAll().where('id', '=', id).executeTakeFirst(),
      );
      const row = maybeRow('sessions', found);
      return row && parseAs(SealedSession, parseCanonical(row.sealed), 'store_tampered');
    },
  };
}
