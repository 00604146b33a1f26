/** A browser that is signed in to the console. Times are ms since the epoch. */
export interface ConsoleSessionTable {
  /** SHA-256 of the text in the cookie, in hex. */
  id: string;
  user_id: string;
  /** The key that requested the sign-in link; null after a sign-in with a password. */
  access_key: string | null;
  created_at: number;
  /** At most a minute old. */
  last_used_at: number;
  expires_at: number;
}

/** A sign-in link that was used, until it would have ended. */
export interface ConsoleLinkTable {
  id: string;
  expires_at: number;
}

export interface ConsoleSchema {
  console_link: ConsoleLinkTable;
  console_session: ConsoleSessionTable;
}
