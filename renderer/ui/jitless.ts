// zod looks whether it may compile code, which the page's policy refuses and reports; here it is told not to ask.
import { z } from 'zod';

z.config({ jitless: true });
