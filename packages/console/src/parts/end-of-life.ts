/** The last day on which the makers of a version fix it. Those of Java depend on the vendor. */
const LAST_DAYS: Readonly<Record<string, string>> = {
  'Node.js6': '2019-04-30',
  'Node.js8': '2019-12-31',
  'Node.js10': '2021-04-30',
  'Node.js12': '2022-04-30',
  'Node.js14': '2023-04-30',
  'Node.js16': '2023-09-11',
  'Node.js18': '2025-04-30',
  'Node.js20': '2026-04-30',
  'Node.js22': '2027-04-30',
  'Node.js24': '2028-04-30',
  'Python2.7': '2020-01-01',
  'Python3.6': '2021-12-23',
  'Python3.9': '2025-10-31',
  'Python3.10': '2026-10-31',
  'Python3.12': '2028-10-31',
  'Python3.13': '2029-10-31',
};

/** The day on which the makers of a runtime stopped fixing it, if that has passed. */
export function endOfLife(name: string, now: Date): string | undefined {
  const version = /^Node\.js\d+/.exec(name)?.[0] ?? name;
  const day = LAST_DAYS[version];
  return day !== undefined && day < now.toISOString().slice(0, 10) ? day : undefined;
}
