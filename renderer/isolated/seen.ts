// Whether everything was in view: the end of the document was reached, by scrolling or because all of it fits.
import { useEffect, useRef, useState, type RefObject } from 'react';

/** `region` scrolls, `end` stands last in it. Once seen it stays so: what is shown never changes but for the quorum. */
export function useSeen(): {
  readonly seen: boolean;
  readonly region: RefObject<HTMLElement | null>;
  readonly end: RefObject<HTMLDivElement | null>;
} {
  const region = useRef<HTMLElement>(null);
  const end = useRef<HTMLDivElement>(null);
  const [seen, setSeen] = useState(false);
  useEffect(() => {
    if (!end.current) return undefined;
    const observer = new IntersectionObserver((entries) => {
      if (entries.some(({ isIntersecting }) => isIntersecting)) setSeen(true);
    });
    observer.observe(end.current);
    return () => observer.disconnect();
  }, []);
  return { seen, region, end };
}
