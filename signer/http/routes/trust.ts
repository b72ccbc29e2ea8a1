// What is trusted, for whoever asks: keys, trust root, directory chain, policy. None of it is secret, none is to be believed unpinned.
import type { FastifyInstance } from 'fastify';
import type { TrustRootAnswer } from '../../../contract/wire/log.ts';
import type { KeysAnswer } from '../../../contract/wire/verify.ts';
import { signingKey, successorOf } from '../../../core/directory/succession.ts';
import { keyId } from '../../../core/key/keyid.ts';
import { nodeCrypto } from '../../../ports/crypto.ts';
import { API } from '../asked.ts';
import type { Context } from '../context.ts';

/** The newest directory's view of the Signer. */
export function trustRoutes(app: FastifyInstance, { options }: Context): void {
  app.get(`${API}/keys`, (): KeysAnswer => {
    const { latest } = options.trust();
    const keys = latest.keys.map((key) => ({
      ...key,
      keyid: keyId(nodeCrypto, key.key),
      replacedBy: successorOf(latest, key.name)?.name ?? null,
    }));
    const { defaultKey } = options.policy();
    const known = keys.some(({ name }) => name === defaultKey);
    const signs = known ? signingKey(latest, defaultKey, options.now().toISOString()) : undefined;
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
