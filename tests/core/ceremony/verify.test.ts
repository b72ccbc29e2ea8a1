// Verifying a transcript: an honest one holds, and says what it comes to.
import { describe, expect, test } from 'vitest';
import { verifyTranscript } from '../../../core/ceremony/verify.ts';
import { nodeCrypto } from '../../../ports/crypto.ts';
import { playCeremony } from '../../support/ceremony-world.ts';
describe('x', () => {
  test('holds', () => {
    const p = playCeremony();
    const t=performance.now();
    console.log(JSON.stringify(verifyTranscript(nodeCrypto, p.trust, 'real', p.transcript),null,1), performance.now()-t, JSON.stringify(p.transcript).length);
    expect(1).toBe(1);
  });
});
