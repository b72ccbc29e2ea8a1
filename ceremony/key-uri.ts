// The CKA_ID in a key's URI (RFC 7512, 2.3).
const ID = /^pkcs11:(?:[^;?]*;)*id=((?:%[0-9A-Fa-f]{2})+)(?:;|$)/;

/** The id in lower-case hex; undefined where the URI has none, or one that is not percent-encoded throughout. */
export const idIn = (uri: string): string | undefined => ID.exec(uri)?.[1]?.replaceAll('%', '').toLowerCase();
