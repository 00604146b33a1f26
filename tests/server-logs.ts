/** The logs of all servers that this file has started, of those that ended, too. */
export const serverLogs: (() => string)[] = [];
