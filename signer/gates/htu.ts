// The URL in a DPoP proof (RFC 9449, 4.3 no. 9): compared without query and fragment, normalised per RFC 3986, 6.2.2 and 6.2.3.

const UNRESERVED = /[A-Za-z0-9._~-]/;

function percent(path: string): string {
  return path.replace(/%([0-9a-fA-F]{2})/g, (whole, hex: string) => {
    const char = String.fromCharCode(Number.parseInt(hex, 16));
    return UNRESERVED.test(char) ? char : whole.toUpperCase();
  });
}

/** The normal form of an absolute http(s) URL without query and fragment; undefined for anything else. */
export function normalUrl(text: string): string | undefined {
  if (text.length > 4096 || !URL.canParse(text)) return undefined;
  const url = new URL(text);
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return undefined;
  if (url.username || url.password) return undefined;
  return `${url.origin}${percent(url.pathname)}`;
}
