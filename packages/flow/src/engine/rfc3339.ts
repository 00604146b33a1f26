const TIME = /^(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d):(\d\d)(\.\d{1,9})?(?:[Zz]|([+-])(\d\d):(\d\d))$/;

/** Milliseconds since 1970 of an RFC 3339 time; undefined for anything else. A leap second is the next one's start. */
export function parseTime(text: string): number | undefined {
  const match = TIME.exec(text);
  if (!match) return undefined;
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map(Number) as Numbers;
  const midnight = Date.UTC(year, month - 1, day);
  const date = new Date(midnight);
  const [offsetHours, offsetMinutes] = [Number(match[9] ?? 0), Number(match[10] ?? 0)];
  if (year < 100 || date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return undefined;
  if (hour > 23 || minute > 59 || second > 60 || offsetHours > 23 || offsetMinutes > 59) return undefined;
  const offset = (offsetHours * 60 + offsetMinutes) * (match[8] === '-' ? -1 : 1);
  return midnight + ((hour * 60 + minute - offset) * 60 + second) * 1000 + Math.trunc(Number(match[7] ?? 0) * 1000);
}

type Numbers = [number, number, number, number, number, number];
