// Follows the system, or what the person chose: scheme and contrast stand as attributes on the root.

export type Appearance = 'system' | 'light' | 'dark' | 'contrast';

/** What the page shows for a choice and what the system says of itself. */
export function themeFor(
  appearance: Appearance,
  system: { readonly dark: boolean; readonly contrast: boolean },
): { readonly scheme: 'light' | 'dark'; readonly contrast: 'more' | 'none' } {
  const scheme =
    appearance === 'light' || (appearance !== 'dark' && !system.dark)
      ? ('light' as const)
      : ('dark' as const);
  const more = appearance === 'contrast' || (appearance === 'system' && system.contrast);
  return { scheme, contrast: more ? 'more' : 'none' };
}

/** Shows the choice at once and follows the system from now on; returns what ends the following. */
export function followTheme(
  appearance: Appearance,
  root: HTMLElement = document.documentElement,
): () => void {
  const dark = matchMedia('(prefers-color-scheme: dark)');
  const contrast = matchMedia('(prefers-contrast: more)');
  const apply = () => {
    const theme = themeFor(appearance, { dark: dark.matches, contrast: contrast.matches });
    root.dataset['scheme'] = theme.scheme;
    root.dataset['contrast'] = theme.contrast;
  };
  apply();
  dark.addEventListener('change', apply);
  contrast.addEventListener('change', apply);
  return () => {
    dark.removeEventListener('change', apply);
    contrast.removeEventListener('change', apply);
  };
}
