// The Signer's HTTP addresses that a Console reads, so that both ends, and what a session signs, spell them alike.

export const BASE = '/api/v1/signer';

/** Paths without a query. `payload` and `evidence` are read under a session; the others by anybody. */
export const paths = {
  payload: (requestId: string, digest: string) => `${BASE}/requests/${requestId}/payload/${digest}`,
  evidence: (requestId: string) => `${BASE}/requests/${requestId}/evidence`,
  spendEvidence: (requestId: string) => `${BASE}/requests/${requestId}/spend-evidence`,
  signatureEvidence: (requestId: string) => `${BASE}/requests/${requestId}/signature-evidence`,
  directory: `${BASE}/directory`,
  policy: `${BASE}/policy`,
  checkpoint: `${BASE}/log/checkpoint`,
  inclusion: (leaf: number, size: number) => `${BASE}/log/inclusion/${leaf}/${size}`,
  consistency: (old: number, size: number) => `${BASE}/log/consistency/${old}/${size}`,
} as const;
