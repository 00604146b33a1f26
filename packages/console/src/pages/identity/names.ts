/** What the server takes as the name of a user, group, policy or agency. */
export const NAME = /^[\p{L}\p{N}_][\p{L}\p{N} _.@-]{0,63}$/u;
export const MAX_NAME = 64;
export const MAX_DESCRIPTION = 256;
