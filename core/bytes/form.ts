// The schema of base64 text, as strict as its decoder.
import { z } from 'zod';
import { isFault } from '../fault/fault.ts';
import { fromBase64 } from './base64.ts';

function isBase64(text: string): boolean {
  try {
    fromBase64(text);
    return true;
  } catch (thrown) {
    if (isFault(thrown)) return false;
    throw thrown;
  }
}

/** Standard base64 as `fromBase64` takes it; of any length, where z.base64() also lets stray trailing bits pass. */
export const Base64 = z.string().refine(isBase64, 'not base64').meta({ contentEncoding: 'base64' });
