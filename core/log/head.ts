// A log head as it stands inside other objects: which log, how long, which root.
import { z } from 'zod';
import { Base64 } from '../bytes/form.ts';

/** `origin` as in a C2SP checkpoint's first line, `size` in leaves, `root` in standard base64 (32 bytes). */
export const Head = z.strictObject({
  origin: z.string().min(1).max(200),
  size: z.int().min(0),
  root: Base64.length(44),
});
export type Head = z.infer<typeof Head>;
