// The two scripts of a page find each other by a name that is new for each page; the shell wraps it around them.
/** Letters and digits. */
declare const CHANNEL: string;
