// The Signer's address and its pinned CA: one place that decides what a connection may trust.
import { X509Certificate } from 'node:crypto';
import { LackFault } from '../../core/fault/fault.ts';
import { LINK_PATH } from '../../contract/wire/link.ts';

/** Where to connect, and with which trust. `tls` is undefined for plain HTTP on loopback. */
export interface Endpoint {
  readonly http: URL;
  readonly link: string;
  readonly tls: { readonly ca: string[]; readonly minVersion: 'TLSv1.3' } | undefined;
}

const loopback = ['127.0.0.1', '[::1]', 'localhost'];

function pem(certificate: string | Uint8Array): string {
  try {
    return new X509Certificate(certificate).toString();
  } catch (thrown) {
    throw new LackFault('file_malformed', 'the pinned CA certificate', thrown);
  }
}

/**
 * Checks address and CA together. Throws LackFault `usage` for an address with user, query or path, for TLS without a
 * pinned CA, and for plain HTTP to another machine; `file_malformed` for what is no certificate.
 */
export function endpointOf(url: string, ca: readonly (string | Uint8Array)[] | null): Endpoint {
  let http: URL;
  try {
    http = new URL(url);
  } catch (thrown) {
    throw new LackFault('usage', 'the address of the Signer', thrown);
  }
  const bare =
    http.username === '' &&
    http.password === '' &&
    http.search === '' &&
    http.hash === '' &&
    http.pathname === '/';
  if (!bare) throw new LackFault('usage', 'the address of the Signer is scheme, host and port only');
  const { protocol, host, hostname } = http;
  if (protocol === 'https:' && ca !== null && ca.length > 0) {
    return { http, link: `wss://${host}${LINK_PATH}`, tls: { ca: ca.map(pem), minVersion: 'TLSv1.3' } };
  }
  if (protocol === 'http:' && ca === null && loopback.includes(hostname)) {
    return { http, link: `ws://${host}${LINK_PATH}`, tls: undefined };
  }
  throw new LackFault('usage', 'https with a pinned CA, or http on a loopback address');
}
