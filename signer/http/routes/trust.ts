// What is trusted, for whoever asks: keys, trust root, directory chain, policy. None of it is secret, none is to be believed unpinned.
import type { FastifyInstance } from 'fastify';
import type { TrustRootAnswer } from '../../../contract/wire/log.ts';
import type { KeysAnswer, Suspended } from '../../../contract/wire/verify.ts';
import { signingKey, successorOf } from '../../../core/directory/succession.ts';
import { keyId } from '../../../core/key/keyid.ts';
import { suspensionNow, type KeySuspension } from '../../../core/trust/suspensions.ts';
import { nodeCrypto } from '../../../ports/crypto.ts';
import { API } from '../asked.ts';
import type { Context } from '../context.ts';

function told(suspension: KeySuspension | null): Suspended | null {
  if (!suspension) return null;
  const { order, from, until, sealed } = suspension;
  const { officer, reason } = sealed.suspension;
  return { order, officer, reason, from, until };
}

/** The newest directory's view of the Signer. */
export function trustRoutes(app: FastifyInstance, { options }: Context): void {
  app.get(`${API}/keys`, (): KeysAnswer => {
    const { latest, suspensions } = options.trust();
    const now = options.now().toISOString();
    const keys = latest.keys.map((key) => ({
      ...key,
      keyid: keyId(nodeCrypto, key.key),
      replacedBy: successorOf(latest, key.name)?.name ?? null,
      suspended: told(suspensionNow(suspensions, key.name, now)),
    }));
    const { defaultKey } = options.policy();
    const known = keys.some(({ name }) => name === defaultKey);
    const signs = known ? signingKey(latest, defaultKey, now) : undefined;
    return { keys, signsNow: signs?.name ?? null };
  });
  app.get(`${API}/trust-root`, (): TrustRootAnswer => {
    const { signer, latest, latestDigest } = options.trust();
    const { version, environment, keys } = latest;
    return { pin: signer, directory: latestDigest, version, environment, keys };
  });
  app.get(`${API}/directory`, () => options.directoryChain());
  app.get(`${API}/policy`, () => options.policy());
}
