// Copying: the app page asks main to; a page without that call shows no copy button.
import { createContext, useContext } from 'react';

/** Puts a text on the clipboard and says so, or null where nothing can be copied. */
export const CopyContext = createContext<((text: string) => void) | null>(null);
export const useCopy = (): ((text: string) => void) | null => useContext(CopyContext);
