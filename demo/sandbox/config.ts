// The configuration file that the sandbox's Signer is started with.
import type { Json } from '../../core/json/parse.ts';
import type { Home } from './home.ts';

/** Where the stand-ins are, and what the arguments said. `poeTtl` in seconds; `port` 0 is any free one. */
export interface Outside {
  readonly issuer: string;
  readonly jwks: string;
  readonly audience: string;
  readonly introspect: string;
  readonly poeTtl: number;
  readonly port: number;
}

/** Plain HTTP on loopback, the demo directory, keys in files; it ends when the launcher is gone. */
export function configFor(home: Home, outside: Outside): Json {
  return {
    data: home.data,
    listen: { host: '127.0.0.1', port: outside.port },
    hosts: 'loopback',
    tls: null,
    dev: true,
    chain: home.chain,
    pin: home.pin,
    policy: home.policy,
    keys: { files: home.keys, pkcs11: [] },
    authority: { issuer: outside.issuer, audience: outside.audience, jwksUri: outside.jwks },
    poe: { introspectionUrl: outside.introspect, ttlSeconds: outside.poeTtl },
    release: { allowlist: home.allowlist },
    logLevel: 'info',
    endWithStdin: true,
  };
}
