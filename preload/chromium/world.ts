// The half of a page's bridge that the page cannot reach: it runs in a world of its own and alone holds main's binding.

type Binding = (text: string) => void;
const own = globalThis as unknown as Record<string, unknown>;

const contrast = matchMedia('(prefers-contrast: more)');
const dark = matchMedia('(prefers-color-scheme: dark)');

function begin(post: Binding): void {
  // the binding is gone from this world too: nothing but the two lines below sends
  delete own[CHANNEL];
  document.addEventListener(`${CHANNEL}-call`, (event) => {
    if (event instanceof CustomEvent && typeof event.detail === 'string') post(`call ${event.detail}`);
  });
  const tell = (): void => post(`system ${contrast.matches ? 'contrast' : dark.matches ? 'dark' : 'light'}`);
  for (const query of [contrast, dark]) query.addEventListener('change', tell);
  tell();
  // main calls this one, in this world
  own[CHANNEL] = (text: string): void => {
    document.dispatchEvent(new CustomEvent(`${CHANNEL}-told`, { detail: text }));
  };
}

const binding = own[CHANNEL];
if (window === window.top && typeof binding === 'function') begin(binding as Binding);
