import { expect, it } from 'vitest';
import { formatAddress } from './ipv4.ts';
import { peersIn } from './peers.ts';

const HEAD = '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n';

it('finds the other ends of connections, and not those of sockets that listen or are closed', () => {
  const text = `${HEAD}   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1
   1: 0500020A:9C40 0900320A:1538 01 00000000:00000000 02:00000000 00000000     0        0 2
   2: 0500020A:9C41 0900320A:1538 01 00000000:00000000 02:00000000 00000000     0        0 3
   3: 0500020A:9C42 0800320A:1538 06 00000000:00000000 03:00000000 00000000     0        0 0
`;
  expect(peersIn(text).map(formatAddress)).toEqual(['10.50.0.9']);
});

it('finds those of sockets that speak both versions', () => {
  const mapped = '0000000000000000FFFF00000500020A:0016 0000000000000000FFFF00000700A8C0:D431 01';
  const six = 'B80D0120000000000000000001000000:0016 B80D0120000000000000000002000000:D431 01';
  expect(peersIn(`${HEAD}   0: ${mapped} 0\n   1: ${six} 0\n`).map(formatAddress)).toEqual(['192.168.0.7']);
});
