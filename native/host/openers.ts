// Which driver is opened by what. PKCS#11 is loaded only where it is asked for.
import type { Pkcs11Config } from '../../contract/driver/pkcs11.ts';
import type { SecurityKeyConfig } from '../../contract/driver/security-key.ts';
import { openSecurityKeys } from './security-keys.ts';
import type { Openers } from './serve.ts';

/** The real drivers. */
export const openers: Openers = {
  'security-key': (config: SecurityKeyConfig, deps) => openSecurityKeys(config, deps),
  pkcs11: async (config: Pkcs11Config, deps) => {
    const { openPkcs11 } = await import('../pkcs11/driver.ts');
    return openPkcs11(config, deps);
  },
};
