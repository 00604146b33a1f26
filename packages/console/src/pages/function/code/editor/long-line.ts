/** An editor colours, folds and matches what it knows; a line beyond this is only shown, as a minified file would block it. */
const MOST_CHARS_OF_LINE = 10_000;

export const hasLongLine = (text: string): boolean => text.split('\n').some((line) => line.length > MOST_CHARS_OF_LINE);
